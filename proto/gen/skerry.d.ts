import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace skerry. */
export namespace skerry {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a SignedPart.
         * @deprecated Use skerry.v1.SignedPart.$Properties instead.
         */
        interface ISignedPart extends skerry.v1.SignedPart.$Properties {
        }

        /** Represents a SignedPart. */
        class SignedPart {

            /**
             * Constructs a new SignedPart.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.SignedPart.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SignedPart content. */
            content: Uint8Array;

            /** SignedPart signature. */
            signature: Uint8Array;

            /**
             * Encodes the specified SignedPart message. Does not implicitly {@link skerry.v1.SignedPart.verify|verify} messages.
             * @param message SignedPart message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.SignedPart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SignedPart message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.SignedPart & skerry.v1.SignedPart.$Shape} SignedPart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.SignedPart & skerry.v1.SignedPart.$Shape;
        }

        namespace SignedPart {

            /** Properties of a SignedPart. */
            interface $Properties {

                /** SignedPart content */
                content?: (Uint8Array|null);

                /** SignedPart signature */
                signature?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SignedPart. */
            type $Shape = skerry.v1.SignedPart.$Properties;
        }

        /**
         * Properties of a BundlePart.
         * @deprecated Use skerry.v1.BundlePart.$Properties instead.
         */
        interface IBundlePart extends skerry.v1.BundlePart.$Properties {
        }

        /** Represents a BundlePart. */
        class BundlePart {

            /**
             * Constructs a new BundlePart.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.BundlePart.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BundlePart agent. */
            agent: string;

            /** BundlePart bundle. */
            bundle: Uint8Array;

            /** BundlePart index. */
            index: number;

            /** BundlePart last. */
            last: boolean;

            /** BundlePart request. */
            request: Uint8Array;

            /** BundlePart acknowledgement. */
            acknowledgement?: (skerry.v1.Acknowledgement.$Properties|null);

            /**
             * Encodes the specified BundlePart message. Does not implicitly {@link skerry.v1.BundlePart.verify|verify} messages.
             * @param message BundlePart message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.BundlePart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BundlePart message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.BundlePart & skerry.v1.BundlePart.$Shape} BundlePart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.BundlePart & skerry.v1.BundlePart.$Shape;
        }

        namespace BundlePart {

            /** Properties of a BundlePart. */
            interface $Properties {

                /** BundlePart agent */
                agent?: (string|null);

                /** BundlePart bundle */
                bundle?: (Uint8Array|null);

                /** BundlePart index */
                index?: (number|null);

                /** BundlePart last */
                last?: (boolean|null);

                /** BundlePart request */
                request?: (Uint8Array|null);

                /** BundlePart acknowledgement */
                acknowledgement?: (skerry.v1.Acknowledgement.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BundlePart. */
            type $Shape = skerry.v1.BundlePart.$Properties;
        }

        /**
         * Properties of an Acknowledgement.
         * @deprecated Use skerry.v1.Acknowledgement.$Properties instead.
         */
        interface IAcknowledgement extends skerry.v1.Acknowledgement.$Properties {
        }

        /** Represents an Acknowledgement. */
        class Acknowledgement {

            /**
             * Constructs a new Acknowledgement.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.Acknowledgement.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Acknowledgement instance. */
            instance: string;

            /** Acknowledgement acks. */
            acks: skerry.v1.LaneAck.$Properties[];

            /** Acknowledgement held. */
            held: skerry.v1.LaneRange.$Properties[];

            /** Acknowledgement sketchCursor. */
            sketchCursor: number;

            /** Acknowledgement desired. */
            desired?: (skerry.v1.Desired.$Properties|null);

            /**
             * Encodes the specified Acknowledgement message. Does not implicitly {@link skerry.v1.Acknowledgement.verify|verify} messages.
             * @param message Acknowledgement message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.Acknowledgement.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Acknowledgement message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.Acknowledgement & skerry.v1.Acknowledgement.$Shape} Acknowledgement
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.Acknowledgement & skerry.v1.Acknowledgement.$Shape;
        }

        namespace Acknowledgement {

            /** Properties of an Acknowledgement. */
            interface $Properties {

                /** Acknowledgement instance */
                instance?: (string|null);

                /** Acknowledgement acks */
                acks?: (skerry.v1.LaneAck.$Properties[]|null);

                /** Acknowledgement held */
                held?: (skerry.v1.LaneRange.$Properties[]|null);

                /** Acknowledgement sketchCursor */
                sketchCursor?: (number|null);

                /** Acknowledgement desired */
                desired?: (skerry.v1.Desired.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Acknowledgement. */
            type $Shape = skerry.v1.Acknowledgement.$Properties;
        }

        /**
         * Properties of a SyncRequest.
         * @deprecated Use skerry.v1.SyncRequest.$Properties instead.
         */
        interface ISyncRequest extends skerry.v1.SyncRequest.$Properties {
        }

        /** Represents a SyncRequest. */
        class SyncRequest {

            /**
             * Constructs a new SyncRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.SyncRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SyncRequest protocol. */
            protocol: number;

            /** SyncRequest epoch. */
            epoch: Uint8Array;

            /** SyncRequest clock. */
            clock?: (skerry.v1.ClockReading.$Properties|null);

            /** SyncRequest reported. */
            reported?: (skerry.v1.Reported.$Properties|null);

            /** SyncRequest ledgers. */
            ledgers: skerry.v1.LedgerReport.$Properties[];

            /** SyncRequest blocks. */
            blocks: skerry.v1.Block.$Properties[];

            /** SyncRequest sketches. */
            sketches: skerry.v1.DriftSketch.$Properties[];

            /** SyncRequest seenInstance. */
            seenInstance: string;

            /** SyncRequest seenGeneration. */
            seenGeneration: number;

            /** SyncRequest lanes. */
            lanes: skerry.v1.LaneRange.$Properties[];

            /** SyncRequest samples. */
            samples: skerry.v1.CapturedWindow.$Properties[];

            /**
             * Encodes the specified SyncRequest message. Does not implicitly {@link skerry.v1.SyncRequest.verify|verify} messages.
             * @param message SyncRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.SyncRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SyncRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.SyncRequest & skerry.v1.SyncRequest.$Shape} SyncRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.SyncRequest & skerry.v1.SyncRequest.$Shape;
        }

        namespace SyncRequest {

            /** Properties of a SyncRequest. */
            interface $Properties {

                /** SyncRequest protocol */
                protocol?: (number|null);

                /** SyncRequest epoch */
                epoch?: (Uint8Array|null);

                /** SyncRequest clock */
                clock?: (skerry.v1.ClockReading.$Properties|null);

                /** SyncRequest reported */
                reported?: (skerry.v1.Reported.$Properties|null);

                /** SyncRequest ledgers */
                ledgers?: (skerry.v1.LedgerReport.$Properties[]|null);

                /** SyncRequest blocks */
                blocks?: (skerry.v1.Block.$Properties[]|null);

                /** SyncRequest sketches */
                sketches?: (skerry.v1.DriftSketch.$Properties[]|null);

                /** SyncRequest seenInstance */
                seenInstance?: (string|null);

                /** SyncRequest seenGeneration */
                seenGeneration?: (number|null);

                /** SyncRequest lanes */
                lanes?: (skerry.v1.LaneRange.$Properties[]|null);

                /** SyncRequest samples */
                samples?: (skerry.v1.CapturedWindow.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SyncRequest. */
            type $Shape = skerry.v1.SyncRequest.$Properties;
        }

        /**
         * Properties of a CapturedWindow.
         * @deprecated Use skerry.v1.CapturedWindow.$Properties instead.
         */
        interface ICapturedWindow extends skerry.v1.CapturedWindow.$Properties {
        }

        /** Represents a CapturedWindow. */
        class CapturedWindow {

            /**
             * Constructs a new CapturedWindow.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.CapturedWindow.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CapturedWindow id. */
            id: string;

            /** CapturedWindow pipeline. */
            pipeline: string;

            /** CapturedWindow device. */
            device: string;

            /** CapturedWindow release. */
            release: string;

            /** CapturedWindow releaseDigest. */
            releaseDigest: string;

            /** CapturedWindow fromUs. */
            fromUs: number;

            /** CapturedWindow toUs. */
            toUs: number;

            /** CapturedWindow channels. */
            channels: string[];

            /** CapturedWindow privateChannels. */
            privateChannels: string[];

            /** CapturedWindow values. */
            values: Uint8Array;

            /** CapturedWindow reason. */
            reason: string;

            /** CapturedWindow inclusion. */
            inclusion: number;

            /** CapturedWindow score. */
            score: number;

            /** CapturedWindow threshold. */
            threshold: number;

            /** CapturedWindow policy. */
            policy: number;

            /**
             * Encodes the specified CapturedWindow message. Does not implicitly {@link skerry.v1.CapturedWindow.verify|verify} messages.
             * @param message CapturedWindow message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.CapturedWindow.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CapturedWindow message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.CapturedWindow & skerry.v1.CapturedWindow.$Shape} CapturedWindow
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.CapturedWindow & skerry.v1.CapturedWindow.$Shape;
        }

        namespace CapturedWindow {

            /** Properties of a CapturedWindow. */
            interface $Properties {

                /** CapturedWindow id */
                id?: (string|null);

                /** CapturedWindow pipeline */
                pipeline?: (string|null);

                /** CapturedWindow device */
                device?: (string|null);

                /** CapturedWindow release */
                release?: (string|null);

                /** CapturedWindow releaseDigest */
                releaseDigest?: (string|null);

                /** CapturedWindow fromUs */
                fromUs?: (number|null);

                /** CapturedWindow toUs */
                toUs?: (number|null);

                /** CapturedWindow channels */
                channels?: (string[]|null);

                /** CapturedWindow privateChannels */
                privateChannels?: (string[]|null);

                /** CapturedWindow values */
                values?: (Uint8Array|null);

                /** CapturedWindow reason */
                reason?: (string|null);

                /** CapturedWindow inclusion */
                inclusion?: (number|null);

                /** CapturedWindow score */
                score?: (number|null);

                /** CapturedWindow threshold */
                threshold?: (number|null);

                /** CapturedWindow policy */
                policy?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CapturedWindow. */
            type $Shape = skerry.v1.CapturedWindow.$Properties;
        }

        /**
         * Properties of a LaneRange.
         * @deprecated Use skerry.v1.LaneRange.$Properties instead.
         */
        interface ILaneRange extends skerry.v1.LaneRange.$Properties {
        }

        /** Represents a LaneRange. */
        class LaneRange {

            /**
             * Constructs a new LaneRange.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.LaneRange.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LaneRange lane. */
            lane: skerry.v1.Lane;

            /** LaneRange firstPending. */
            firstPending: number;

            /** LaneRange last. */
            last: number;

            /**
             * Encodes the specified LaneRange message. Does not implicitly {@link skerry.v1.LaneRange.verify|verify} messages.
             * @param message LaneRange message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.LaneRange.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LaneRange message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.LaneRange & skerry.v1.LaneRange.$Shape} LaneRange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.LaneRange & skerry.v1.LaneRange.$Shape;
        }

        namespace LaneRange {

            /** Properties of a LaneRange. */
            interface $Properties {

                /** LaneRange lane */
                lane?: (skerry.v1.Lane|null);

                /** LaneRange firstPending */
                firstPending?: (number|null);

                /** LaneRange last */
                last?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LaneRange. */
            type $Shape = skerry.v1.LaneRange.$Properties;
        }

        /**
         * Properties of a ClockReading.
         * @deprecated Use skerry.v1.ClockReading.$Properties instead.
         */
        interface IClockReading extends skerry.v1.ClockReading.$Properties {
        }

        /** Represents a ClockReading. */
        class ClockReading {

            /**
             * Constructs a new ClockReading.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.ClockReading.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClockReading boot. */
            boot: string;

            /** ClockReading monoMs. */
            monoMs: number;

            /** ClockReading wallMs. */
            wallMs: number;

            /** ClockReading uncertaintyMs. */
            uncertaintyMs: number;

            /**
             * Encodes the specified ClockReading message. Does not implicitly {@link skerry.v1.ClockReading.verify|verify} messages.
             * @param message ClockReading message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.ClockReading.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClockReading message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.ClockReading & skerry.v1.ClockReading.$Shape} ClockReading
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.ClockReading & skerry.v1.ClockReading.$Shape;
        }

        namespace ClockReading {

            /** Properties of a ClockReading. */
            interface $Properties {

                /** ClockReading boot */
                boot?: (string|null);

                /** ClockReading monoMs */
                monoMs?: (number|null);

                /** ClockReading wallMs */
                wallMs?: (number|null);

                /** ClockReading uncertaintyMs */
                uncertaintyMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClockReading. */
            type $Shape = skerry.v1.ClockReading.$Properties;
        }

        /**
         * Properties of a Reported.
         * @deprecated Use skerry.v1.Reported.$Properties instead.
         */
        interface IReported extends skerry.v1.Reported.$Properties {
        }

        /** Represents a Reported. */
        class Reported {

            /**
             * Constructs a new Reported.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.Reported.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Reported version. */
            version: string;

            /** Reported labels. */
            labels: { [k: string]: string };

            /** Reported facts. */
            facts: { [k: string]: string };

            /** Reported pipelines. */
            pipelines: skerry.v1.ReportedPipeline.$Properties[];

            /** Reported unclaimed. */
            unclaimed: skerry.v1.UnclaimedTopic.$Properties[];

            /** Reported unclaimedMessages. */
            unclaimedMessages: number;

            /** Reported appliedGeneration. */
            appliedGeneration: number;

            /** Reported devices. */
            devices: string[];

            /** Reported trusted. */
            trusted: { [k: string]: number };

            /** Reported arrivalAheadMs. */
            arrivalAheadMs: number;

            /** Reported trustProblem. */
            trustProblem: string;

            /** Reported evidence. */
            evidence: skerry.v1.ReleaseEvidence.$Properties[];

            /** Reported evidenceUnsaid. */
            evidenceUnsaid: boolean;

            /**
             * Encodes the specified Reported message. Does not implicitly {@link skerry.v1.Reported.verify|verify} messages.
             * @param message Reported message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.Reported.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Reported message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.Reported & skerry.v1.Reported.$Shape} Reported
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.Reported & skerry.v1.Reported.$Shape;
        }

        namespace Reported {

            /** Properties of a Reported. */
            interface $Properties {

                /** Reported version */
                version?: (string|null);

                /** Reported labels */
                labels?: ({ [k: string]: string }|null);

                /** Reported facts */
                facts?: ({ [k: string]: string }|null);

                /** Reported pipelines */
                pipelines?: (skerry.v1.ReportedPipeline.$Properties[]|null);

                /** Reported unclaimed */
                unclaimed?: (skerry.v1.UnclaimedTopic.$Properties[]|null);

                /** Reported unclaimedMessages */
                unclaimedMessages?: (number|null);

                /** Reported appliedGeneration */
                appliedGeneration?: (number|null);

                /** Reported devices */
                devices?: (string[]|null);

                /** Reported trusted */
                trusted?: ({ [k: string]: number }|null);

                /** Reported arrivalAheadMs */
                arrivalAheadMs?: (number|null);

                /** Reported trustProblem */
                trustProblem?: (string|null);

                /** Reported evidence */
                evidence?: (skerry.v1.ReleaseEvidence.$Properties[]|null);

                /** Reported evidenceUnsaid */
                evidenceUnsaid?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Reported. */
            type $Shape = skerry.v1.Reported.$Properties;
        }

        /**
         * Properties of a ReleaseEvidence.
         * @deprecated Use skerry.v1.ReleaseEvidence.$Properties instead.
         */
        interface IReleaseEvidence extends skerry.v1.ReleaseEvidence.$Properties {
        }

        /** Represents a ReleaseEvidence. */
        class ReleaseEvidence {

            /**
             * Constructs a new ReleaseEvidence.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.ReleaseEvidence.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReleaseEvidence pipeline. */
            pipeline: string;

            /** ReleaseEvidence releaseDigest. */
            releaseDigest: string;

            /** ReleaseEvidence role. */
            role: skerry.v1.Role;

            /** ReleaseEvidence activeMs. */
            activeMs: number;

            /** ReleaseEvidence windows. */
            windows: number;

            /** ReleaseEvidence errors. */
            errors: number;

            /** ReleaseEvidence nonFinite. */
            nonFinite: number;

            /** ReleaseEvidence alerts. */
            alerts: number;

            /** ReleaseEvidence alertWindows. */
            alertWindows: number;

            /** ReleaseEvidence latency. */
            latency?: (skerry.v1.LatencySketch.$Properties|null);

            /** ReleaseEvidence outputs. */
            outputs: skerry.v1.OutputHistogram.$Properties[];

            /** ReleaseEvidence confidences. */
            confidences: number;

            /** ReleaseEvidence confidenceSum. */
            confidenceSum: number;

            /** ReleaseEvidence memoryBytes. */
            memoryBytes: number;

            /** ReleaseEvidence restarts. */
            restarts: number;

            /** ReleaseEvidence golden. */
            golden: skerry.v1.GoldenOutcome.$Properties[];

            /** ReleaseEvidence shadow. */
            shadow?: (skerry.v1.ShadowComparison.$Properties|null);

            /** ReleaseEvidence reverted. */
            reverted?: (skerry.v1.Reversion.$Properties|null);

            /**
             * Encodes the specified ReleaseEvidence message. Does not implicitly {@link skerry.v1.ReleaseEvidence.verify|verify} messages.
             * @param message ReleaseEvidence message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.ReleaseEvidence.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReleaseEvidence message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.ReleaseEvidence & skerry.v1.ReleaseEvidence.$Shape} ReleaseEvidence
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.ReleaseEvidence & skerry.v1.ReleaseEvidence.$Shape;
        }

        namespace ReleaseEvidence {

            /** Properties of a ReleaseEvidence. */
            interface $Properties {

                /** ReleaseEvidence pipeline */
                pipeline?: (string|null);

                /** ReleaseEvidence releaseDigest */
                releaseDigest?: (string|null);

                /** ReleaseEvidence role */
                role?: (skerry.v1.Role|null);

                /** ReleaseEvidence activeMs */
                activeMs?: (number|null);

                /** ReleaseEvidence windows */
                windows?: (number|null);

                /** ReleaseEvidence errors */
                errors?: (number|null);

                /** ReleaseEvidence nonFinite */
                nonFinite?: (number|null);

                /** ReleaseEvidence alerts */
                alerts?: (number|null);

                /** ReleaseEvidence alertWindows */
                alertWindows?: (number|null);

                /** ReleaseEvidence latency */
                latency?: (skerry.v1.LatencySketch.$Properties|null);

                /** ReleaseEvidence outputs */
                outputs?: (skerry.v1.OutputHistogram.$Properties[]|null);

                /** ReleaseEvidence confidences */
                confidences?: (number|null);

                /** ReleaseEvidence confidenceSum */
                confidenceSum?: (number|null);

                /** ReleaseEvidence memoryBytes */
                memoryBytes?: (number|null);

                /** ReleaseEvidence restarts */
                restarts?: (number|null);

                /** ReleaseEvidence golden */
                golden?: (skerry.v1.GoldenOutcome.$Properties[]|null);

                /** ReleaseEvidence shadow */
                shadow?: (skerry.v1.ShadowComparison.$Properties|null);

                /** ReleaseEvidence reverted */
                reverted?: (skerry.v1.Reversion.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReleaseEvidence. */
            type $Shape = skerry.v1.ReleaseEvidence.$Properties;
        }

        /**
         * Properties of a LatencySketch.
         * @deprecated Use skerry.v1.LatencySketch.$Properties instead.
         */
        interface ILatencySketch extends skerry.v1.LatencySketch.$Properties {
        }

        /** Represents a LatencySketch. */
        class LatencySketch {

            /**
             * Constructs a new LatencySketch.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.LatencySketch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LatencySketch gamma. */
            gamma: number;

            /** LatencySketch offset. */
            offset: number;

            /** LatencySketch counts. */
            counts: number[];

            /** LatencySketch zeros. */
            zeros: number;

            /**
             * Encodes the specified LatencySketch message. Does not implicitly {@link skerry.v1.LatencySketch.verify|verify} messages.
             * @param message LatencySketch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.LatencySketch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LatencySketch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.LatencySketch & skerry.v1.LatencySketch.$Shape} LatencySketch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.LatencySketch & skerry.v1.LatencySketch.$Shape;
        }

        namespace LatencySketch {

            /** Properties of a LatencySketch. */
            interface $Properties {

                /** LatencySketch gamma */
                gamma?: (number|null);

                /** LatencySketch offset */
                offset?: (number|null);

                /** LatencySketch counts */
                counts?: (number[]|null);

                /** LatencySketch zeros */
                zeros?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LatencySketch. */
            type $Shape = skerry.v1.LatencySketch.$Properties;
        }

        /**
         * Properties of an OutputHistogram.
         * @deprecated Use skerry.v1.OutputHistogram.$Properties instead.
         */
        interface IOutputHistogram extends skerry.v1.OutputHistogram.$Properties {
        }

        /** Represents an OutputHistogram. */
        class OutputHistogram {

            /**
             * Constructs a new OutputHistogram.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.OutputHistogram.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** OutputHistogram name. */
            name: string;

            /** OutputHistogram counts. */
            counts: number[];

            /**
             * Encodes the specified OutputHistogram message. Does not implicitly {@link skerry.v1.OutputHistogram.verify|verify} messages.
             * @param message OutputHistogram message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.OutputHistogram.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OutputHistogram message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.OutputHistogram & skerry.v1.OutputHistogram.$Shape} OutputHistogram
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.OutputHistogram & skerry.v1.OutputHistogram.$Shape;
        }

        namespace OutputHistogram {

            /** Properties of an OutputHistogram. */
            interface $Properties {

                /** OutputHistogram name */
                name?: (string|null);

                /** OutputHistogram counts */
                counts?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an OutputHistogram. */
            type $Shape = skerry.v1.OutputHistogram.$Properties;
        }

        /**
         * Properties of a ShadowComparison.
         * @deprecated Use skerry.v1.ShadowComparison.$Properties instead.
         */
        interface IShadowComparison extends skerry.v1.ShadowComparison.$Properties {
        }

        /** Represents a ShadowComparison. */
        class ShadowComparison {

            /**
             * Constructs a new ShadowComparison.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.ShadowComparison.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ShadowComparison matched. */
            matched: number;

            /** ShadowComparison flips. */
            flips: number;

            /** ShadowComparison sumDistance. */
            sumDistance: number;

            /** ShadowComparison sumSqDistance. */
            sumSqDistance: number;

            /** ShadowComparison shedWindows. */
            shedWindows: number;

            /** ShadowComparison championDigest. */
            championDigest: string;

            /**
             * Encodes the specified ShadowComparison message. Does not implicitly {@link skerry.v1.ShadowComparison.verify|verify} messages.
             * @param message ShadowComparison message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.ShadowComparison.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ShadowComparison message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.ShadowComparison & skerry.v1.ShadowComparison.$Shape} ShadowComparison
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.ShadowComparison & skerry.v1.ShadowComparison.$Shape;
        }

        namespace ShadowComparison {

            /** Properties of a ShadowComparison. */
            interface $Properties {

                /** ShadowComparison matched */
                matched?: (number|null);

                /** ShadowComparison flips */
                flips?: (number|null);

                /** ShadowComparison sumDistance */
                sumDistance?: (number|null);

                /** ShadowComparison sumSqDistance */
                sumSqDistance?: (number|null);

                /** ShadowComparison shedWindows */
                shedWindows?: (number|null);

                /** ShadowComparison championDigest */
                championDigest?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ShadowComparison. */
            type $Shape = skerry.v1.ShadowComparison.$Properties;
        }

        /**
         * Properties of a Reversion.
         * @deprecated Use skerry.v1.Reversion.$Properties instead.
         */
        interface IReversion extends skerry.v1.Reversion.$Properties {
        }

        /** Represents a Reversion. */
        class Reversion {

            /**
             * Constructs a new Reversion.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.Reversion.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Reversion reason. */
            reason: string;

            /** Reversion wallMs. */
            wallMs: number;

            /** Reversion signature. */
            signature: Uint8Array;

            /**
             * Encodes the specified Reversion message. Does not implicitly {@link skerry.v1.Reversion.verify|verify} messages.
             * @param message Reversion message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.Reversion.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Reversion message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.Reversion & skerry.v1.Reversion.$Shape} Reversion
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.Reversion & skerry.v1.Reversion.$Shape;
        }

        namespace Reversion {

            /** Properties of a Reversion. */
            interface $Properties {

                /** Reversion reason */
                reason?: (string|null);

                /** Reversion wallMs */
                wallMs?: (number|null);

                /** Reversion signature */
                signature?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Reversion. */
            type $Shape = skerry.v1.Reversion.$Properties;
        }

        /** Role enum. */
        enum Role {

            /** ROLE_UNSPECIFIED value */
            ROLE_UNSPECIFIED = 0,

            /** ROLE_ACTIVE value */
            ROLE_ACTIVE = 1,

            /** ROLE_SHADOW value */
            ROLE_SHADOW = 2
        }

        /** SlotState enum. */
        enum SlotState {

            /** SLOT_STATE_UNSPECIFIED value */
            SLOT_STATE_UNSPECIFIED = 0,

            /** SLOT_STATE_FETCHING value */
            SLOT_STATE_FETCHING = 1,

            /** SLOT_STATE_VERIFYING value */
            SLOT_STATE_VERIFYING = 2,

            /** SLOT_STATE_ACTIVE value */
            SLOT_STATE_ACTIVE = 3,

            /** SLOT_STATE_FAILED value */
            SLOT_STATE_FAILED = 4,

            /** SLOT_STATE_WAITING value */
            SLOT_STATE_WAITING = 5
        }

        /**
         * Properties of a ReportedPipeline.
         * @deprecated Use skerry.v1.ReportedPipeline.$Properties instead.
         */
        interface IReportedPipeline extends skerry.v1.ReportedPipeline.$Properties {
        }

        /** Represents a ReportedPipeline. */
        class ReportedPipeline {

            /**
             * Constructs a new ReportedPipeline.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.ReportedPipeline.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReportedPipeline name. */
            name: string;

            /** ReportedPipeline wants. */
            wants: string;

            /** ReportedPipeline pinned. */
            pinned: boolean;

            /** ReportedPipeline release. */
            release: string;

            /** ReportedPipeline releaseDigest. */
            releaseDigest: string;

            /** ReportedPipeline variant. */
            variant: string;

            /** ReportedPipeline backend. */
            backend: string;

            /** ReportedPipeline previous. */
            previous: string;

            /** ReportedPipeline tryingDigest. */
            tryingDigest: string;

            /** ReportedPipeline state. */
            state: skerry.v1.SlotState;

            /** ReportedPipeline error. */
            error: string;

            /** ReportedPipeline policy. */
            policy: number;

            /** ReportedPipeline golden. */
            golden: skerry.v1.GoldenOutcome.$Properties[];

            /** ReportedPipeline channels. */
            channels: string[];

            /** ReportedPipeline windows. */
            windows: number;

            /** ReportedPipeline errors. */
            errors: number;

            /** ReportedPipeline latencyP95Us. */
            latencyP95Us: number;

            /** ReportedPipeline shadow. */
            shadow?: (skerry.v1.ReportedShadow.$Properties|null);

            /** ReportedPipeline waitsFor. */
            waitsFor: string;

            /**
             * Encodes the specified ReportedPipeline message. Does not implicitly {@link skerry.v1.ReportedPipeline.verify|verify} messages.
             * @param message ReportedPipeline message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.ReportedPipeline.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReportedPipeline message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.ReportedPipeline & skerry.v1.ReportedPipeline.$Shape} ReportedPipeline
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.ReportedPipeline & skerry.v1.ReportedPipeline.$Shape;
        }

        namespace ReportedPipeline {

            /** Properties of a ReportedPipeline. */
            interface $Properties {

                /** ReportedPipeline name */
                name?: (string|null);

                /** ReportedPipeline wants */
                wants?: (string|null);

                /** ReportedPipeline pinned */
                pinned?: (boolean|null);

                /** ReportedPipeline release */
                release?: (string|null);

                /** ReportedPipeline releaseDigest */
                releaseDigest?: (string|null);

                /** ReportedPipeline variant */
                variant?: (string|null);

                /** ReportedPipeline backend */
                backend?: (string|null);

                /** ReportedPipeline previous */
                previous?: (string|null);

                /** ReportedPipeline tryingDigest */
                tryingDigest?: (string|null);

                /** ReportedPipeline state */
                state?: (skerry.v1.SlotState|null);

                /** ReportedPipeline error */
                error?: (string|null);

                /** ReportedPipeline policy */
                policy?: (number|null);

                /** ReportedPipeline golden */
                golden?: (skerry.v1.GoldenOutcome.$Properties[]|null);

                /** ReportedPipeline channels */
                channels?: (string[]|null);

                /** ReportedPipeline windows */
                windows?: (number|null);

                /** ReportedPipeline errors */
                errors?: (number|null);

                /** ReportedPipeline latencyP95Us */
                latencyP95Us?: (number|null);

                /** ReportedPipeline shadow */
                shadow?: (skerry.v1.ReportedShadow.$Properties|null);

                /** ReportedPipeline waitsFor */
                waitsFor?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReportedPipeline. */
            type $Shape = skerry.v1.ReportedPipeline.$Properties;
        }

        /**
         * Properties of a ReportedShadow.
         * @deprecated Use skerry.v1.ReportedShadow.$Properties instead.
         */
        interface IReportedShadow extends skerry.v1.ReportedShadow.$Properties {
        }

        /** Represents a ReportedShadow. */
        class ReportedShadow {

            /**
             * Constructs a new ReportedShadow.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.ReportedShadow.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReportedShadow release. */
            release: string;

            /** ReportedShadow releaseDigest. */
            releaseDigest: string;

            /** ReportedShadow variant. */
            variant: string;

            /** ReportedShadow backend. */
            backend: string;

            /** ReportedShadow state. */
            state: skerry.v1.SlotState;

            /** ReportedShadow error. */
            error: string;

            /** ReportedShadow golden. */
            golden: skerry.v1.GoldenOutcome.$Properties[];

            /**
             * Encodes the specified ReportedShadow message. Does not implicitly {@link skerry.v1.ReportedShadow.verify|verify} messages.
             * @param message ReportedShadow message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.ReportedShadow.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReportedShadow message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.ReportedShadow & skerry.v1.ReportedShadow.$Shape} ReportedShadow
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.ReportedShadow & skerry.v1.ReportedShadow.$Shape;
        }

        namespace ReportedShadow {

            /** Properties of a ReportedShadow. */
            interface $Properties {

                /** ReportedShadow release */
                release?: (string|null);

                /** ReportedShadow releaseDigest */
                releaseDigest?: (string|null);

                /** ReportedShadow variant */
                variant?: (string|null);

                /** ReportedShadow backend */
                backend?: (string|null);

                /** ReportedShadow state */
                state?: (skerry.v1.SlotState|null);

                /** ReportedShadow error */
                error?: (string|null);

                /** ReportedShadow golden */
                golden?: (skerry.v1.GoldenOutcome.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReportedShadow. */
            type $Shape = skerry.v1.ReportedShadow.$Properties;
        }

        /**
         * Properties of a GoldenOutcome.
         * @deprecated Use skerry.v1.GoldenOutcome.$Properties instead.
         */
        interface IGoldenOutcome extends skerry.v1.GoldenOutcome.$Properties {
        }

        /** Represents a GoldenOutcome. */
        class GoldenOutcome {

            /**
             * Constructs a new GoldenOutcome.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.GoldenOutcome.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GoldenOutcome variant. */
            variant: string;

            /** GoldenOutcome backend. */
            backend: string;

            /** GoldenOutcome passed. */
            passed: boolean;

            /** GoldenOutcome detail. */
            detail: string;

            /** GoldenOutcome inferUs. */
            inferUs: number;

            /**
             * Encodes the specified GoldenOutcome message. Does not implicitly {@link skerry.v1.GoldenOutcome.verify|verify} messages.
             * @param message GoldenOutcome message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.GoldenOutcome.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GoldenOutcome message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.GoldenOutcome & skerry.v1.GoldenOutcome.$Shape} GoldenOutcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.GoldenOutcome & skerry.v1.GoldenOutcome.$Shape;
        }

        namespace GoldenOutcome {

            /** Properties of a GoldenOutcome. */
            interface $Properties {

                /** GoldenOutcome variant */
                variant?: (string|null);

                /** GoldenOutcome backend */
                backend?: (string|null);

                /** GoldenOutcome passed */
                passed?: (boolean|null);

                /** GoldenOutcome detail */
                detail?: (string|null);

                /** GoldenOutcome inferUs */
                inferUs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GoldenOutcome. */
            type $Shape = skerry.v1.GoldenOutcome.$Properties;
        }

        /**
         * Properties of an UnclaimedTopic.
         * @deprecated Use skerry.v1.UnclaimedTopic.$Properties instead.
         */
        interface IUnclaimedTopic extends skerry.v1.UnclaimedTopic.$Properties {
        }

        /** Represents an UnclaimedTopic. */
        class UnclaimedTopic {

            /**
             * Constructs a new UnclaimedTopic.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.UnclaimedTopic.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UnclaimedTopic topic. */
            topic: string;

            /** UnclaimedTopic messages. */
            messages: number;

            /**
             * Encodes the specified UnclaimedTopic message. Does not implicitly {@link skerry.v1.UnclaimedTopic.verify|verify} messages.
             * @param message UnclaimedTopic message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.UnclaimedTopic.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UnclaimedTopic message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.UnclaimedTopic & skerry.v1.UnclaimedTopic.$Shape} UnclaimedTopic
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.UnclaimedTopic & skerry.v1.UnclaimedTopic.$Shape;
        }

        namespace UnclaimedTopic {

            /** Properties of an UnclaimedTopic. */
            interface $Properties {

                /** UnclaimedTopic topic */
                topic?: (string|null);

                /** UnclaimedTopic messages */
                messages?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UnclaimedTopic. */
            type $Shape = skerry.v1.UnclaimedTopic.$Properties;
        }

        /**
         * Properties of a Count.
         * @deprecated Use skerry.v1.Count.$Properties instead.
         */
        interface ICount extends skerry.v1.Count.$Properties {
        }

        /** Represents a Count. */
        class Count {

            /**
             * Constructs a new Count.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.Count.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Count key. */
            key: string;

            /** Count value. */
            value: number;

            /**
             * Encodes the specified Count message. Does not implicitly {@link skerry.v1.Count.verify|verify} messages.
             * @param message Count message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.Count.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Count message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.Count & skerry.v1.Count.$Shape} Count
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.Count & skerry.v1.Count.$Shape;
        }

        namespace Count {

            /** Properties of a Count. */
            interface $Properties {

                /** Count key */
                key?: (string|null);

                /** Count value */
                value?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Count. */
            type $Shape = skerry.v1.Count.$Properties;
        }

        /**
         * Properties of a SampleLedger.
         * @deprecated Use skerry.v1.SampleLedger.$Properties instead.
         */
        interface ISampleLedger extends skerry.v1.SampleLedger.$Properties {
        }

        /** Represents a SampleLedger. */
        class SampleLedger {

            /**
             * Constructs a new SampleLedger.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.SampleLedger.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SampleLedger pipeline. */
            pipeline: string;

            /** SampleLedger received. */
            received: number;

            /** SampleLedger rejected. */
            rejected: skerry.v1.Count.$Properties[];

            /** SampleLedger open. */
            open: number;

            /** SampleLedger used. */
            used: number;

            /** SampleLedger gap. */
            gap: number;

            /** SampleLedger skipped. */
            skipped: number;

            /**
             * Encodes the specified SampleLedger message. Does not implicitly {@link skerry.v1.SampleLedger.verify|verify} messages.
             * @param message SampleLedger message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.SampleLedger.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SampleLedger message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.SampleLedger & skerry.v1.SampleLedger.$Shape} SampleLedger
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.SampleLedger & skerry.v1.SampleLedger.$Shape;
        }

        namespace SampleLedger {

            /** Properties of a SampleLedger. */
            interface $Properties {

                /** SampleLedger pipeline */
                pipeline?: (string|null);

                /** SampleLedger received */
                received?: (number|null);

                /** SampleLedger rejected */
                rejected?: (skerry.v1.Count.$Properties[]|null);

                /** SampleLedger open */
                open?: (number|null);

                /** SampleLedger used */
                used?: (number|null);

                /** SampleLedger gap */
                gap?: (number|null);

                /** SampleLedger skipped */
                skipped?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SampleLedger. */
            type $Shape = skerry.v1.SampleLedger.$Properties;
        }

        /**
         * Properties of a ResultLedger.
         * @deprecated Use skerry.v1.ResultLedger.$Properties instead.
         */
        interface IResultLedger extends skerry.v1.ResultLedger.$Properties {
        }

        /** Represents a ResultLedger. */
        class ResultLedger {

            /**
             * Constructs a new ResultLedger.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.ResultLedger.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResultLedger produced. */
            produced: number;

            /** ResultLedger delivered. */
            delivered: number;

            /** ResultLedger pending. */
            pending: number;

            /** ResultLedger summarized. */
            summarized: number;

            /** ResultLedger evicted. */
            evicted: number;

            /** ResultLedger decisions. */
            decisions: skerry.v1.Count.$Properties[];

            /** ResultLedger cursor. */
            cursor: number;

            /** ResultLedger acknowledged. */
            acknowledged: number;

            /**
             * Encodes the specified ResultLedger message. Does not implicitly {@link skerry.v1.ResultLedger.verify|verify} messages.
             * @param message ResultLedger message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.ResultLedger.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResultLedger message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.ResultLedger & skerry.v1.ResultLedger.$Shape} ResultLedger
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.ResultLedger & skerry.v1.ResultLedger.$Shape;
        }

        namespace ResultLedger {

            /** Properties of a ResultLedger. */
            interface $Properties {

                /** ResultLedger produced */
                produced?: (number|null);

                /** ResultLedger delivered */
                delivered?: (number|null);

                /** ResultLedger pending */
                pending?: (number|null);

                /** ResultLedger summarized */
                summarized?: (number|null);

                /** ResultLedger evicted */
                evicted?: (number|null);

                /** ResultLedger decisions */
                decisions?: (skerry.v1.Count.$Properties[]|null);

                /** ResultLedger cursor */
                cursor?: (number|null);

                /** ResultLedger acknowledged */
                acknowledged?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResultLedger. */
            type $Shape = skerry.v1.ResultLedger.$Properties;
        }

        /**
         * Properties of a LedgerReport.
         * @deprecated Use skerry.v1.LedgerReport.$Properties instead.
         */
        interface ILedgerReport extends skerry.v1.LedgerReport.$Properties {
        }

        /** Represents a LedgerReport. */
        class LedgerReport {

            /**
             * Constructs a new LedgerReport.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.LedgerReport.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LedgerReport epoch. */
            epoch: Uint8Array;

            /** LedgerReport samples. */
            samples: skerry.v1.SampleLedger.$Properties[];

            /** LedgerReport results. */
            results?: (skerry.v1.ResultLedger.$Properties|null);

            /** LedgerReport alerts. */
            alerts?: (skerry.v1.ResultLedger.$Properties|null);

            /**
             * Encodes the specified LedgerReport message. Does not implicitly {@link skerry.v1.LedgerReport.verify|verify} messages.
             * @param message LedgerReport message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.LedgerReport.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LedgerReport message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.LedgerReport & skerry.v1.LedgerReport.$Shape} LedgerReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.LedgerReport & skerry.v1.LedgerReport.$Shape;
        }

        namespace LedgerReport {

            /** Properties of a LedgerReport. */
            interface $Properties {

                /** LedgerReport epoch */
                epoch?: (Uint8Array|null);

                /** LedgerReport samples */
                samples?: (skerry.v1.SampleLedger.$Properties[]|null);

                /** LedgerReport results */
                results?: (skerry.v1.ResultLedger.$Properties|null);

                /** LedgerReport alerts */
                alerts?: (skerry.v1.ResultLedger.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LedgerReport. */
            type $Shape = skerry.v1.LedgerReport.$Properties;
        }

        /** DriftLevel enum. */
        enum DriftLevel {

            /** DRIFT_LEVEL_UNSPECIFIED value */
            DRIFT_LEVEL_UNSPECIFIED = 0,

            /** DRIFT_LEVEL_OK value */
            DRIFT_LEVEL_OK = 1,

            /** DRIFT_LEVEL_WARN value */
            DRIFT_LEVEL_WARN = 2,

            /** DRIFT_LEVEL_ALERT value */
            DRIFT_LEVEL_ALERT = 3,

            /** DRIFT_LEVEL_LEARNING value */
            DRIFT_LEVEL_LEARNING = 4
        }

        /**
         * Properties of a DriftSketch.
         * @deprecated Use skerry.v1.DriftSketch.$Properties instead.
         */
        interface IDriftSketch extends skerry.v1.DriftSketch.$Properties {
        }

        /** Represents a DriftSketch. */
        class DriftSketch {

            /**
             * Constructs a new DriftSketch.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.DriftSketch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DriftSketch pipeline. */
            pipeline: string;

            /** DriftSketch device. */
            device: string;

            /** DriftSketch releaseDigest. */
            releaseDigest: string;

            /** DriftSketch signal. */
            signal: string;

            /** DriftSketch isOutput. */
            isOutput: boolean;

            /** DriftSketch fromUs. */
            fromUs: number;

            /** DriftSketch toUs. */
            toUs: number;

            /** DriftSketch counts. */
            counts: number[];

            /** DriftSketch missing. */
            missing: number;

            /** DriftSketch n. */
            n: number;

            /** DriftSketch mean. */
            mean: number;

            /** DriftSketch m2. */
            m2: number;

            /** DriftSketch min. */
            min: number;

            /** DriftSketch max. */
            max: number;

            /** DriftSketch measures. */
            measures: skerry.v1.Measure.$Properties[];

            /** DriftSketch level. */
            level: skerry.v1.DriftLevel;

            /** DriftSketch policy. */
            policy: number;

            /** DriftSketch seq. */
            seq: number;

            /** DriftSketch falseAlarmHours. */
            falseAlarmHours: number;

            /**
             * Encodes the specified DriftSketch message. Does not implicitly {@link skerry.v1.DriftSketch.verify|verify} messages.
             * @param message DriftSketch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.DriftSketch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DriftSketch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.DriftSketch & skerry.v1.DriftSketch.$Shape} DriftSketch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.DriftSketch & skerry.v1.DriftSketch.$Shape;
        }

        namespace DriftSketch {

            /** Properties of a DriftSketch. */
            interface $Properties {

                /** DriftSketch pipeline */
                pipeline?: (string|null);

                /** DriftSketch device */
                device?: (string|null);

                /** DriftSketch releaseDigest */
                releaseDigest?: (string|null);

                /** DriftSketch signal */
                signal?: (string|null);

                /** DriftSketch isOutput */
                isOutput?: (boolean|null);

                /** DriftSketch fromUs */
                fromUs?: (number|null);

                /** DriftSketch toUs */
                toUs?: (number|null);

                /** DriftSketch counts */
                counts?: (number[]|null);

                /** DriftSketch missing */
                missing?: (number|null);

                /** DriftSketch n */
                n?: (number|null);

                /** DriftSketch mean */
                mean?: (number|null);

                /** DriftSketch m2 */
                m2?: (number|null);

                /** DriftSketch min */
                min?: (number|null);

                /** DriftSketch max */
                max?: (number|null);

                /** DriftSketch measures */
                measures?: (skerry.v1.Measure.$Properties[]|null);

                /** DriftSketch level */
                level?: (skerry.v1.DriftLevel|null);

                /** DriftSketch policy */
                policy?: (number|null);

                /** DriftSketch seq */
                seq?: (number|null);

                /** DriftSketch falseAlarmHours */
                falseAlarmHours?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DriftSketch. */
            type $Shape = skerry.v1.DriftSketch.$Properties;
        }

        /**
         * Properties of a Measure.
         * @deprecated Use skerry.v1.Measure.$Properties instead.
         */
        interface IMeasure extends skerry.v1.Measure.$Properties {
        }

        /** Represents a Measure. */
        class Measure {

            /**
             * Constructs a new Measure.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.Measure.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Measure name. */
            name: string;

            /** Measure value. */
            value: number;

            /**
             * Encodes the specified Measure message. Does not implicitly {@link skerry.v1.Measure.verify|verify} messages.
             * @param message Measure message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.Measure.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Measure message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.Measure & skerry.v1.Measure.$Shape} Measure
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.Measure & skerry.v1.Measure.$Shape;
        }

        namespace Measure {

            /** Properties of a Measure. */
            interface $Properties {

                /** Measure name */
                name?: (string|null);

                /** Measure value */
                value?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Measure. */
            type $Shape = skerry.v1.Measure.$Properties;
        }

        /**
         * Properties of a SyncResponse.
         * @deprecated Use skerry.v1.SyncResponse.$Properties instead.
         */
        interface ISyncResponse extends skerry.v1.SyncResponse.$Properties {
        }

        /** Represents a SyncResponse. */
        class SyncResponse {

            /**
             * Constructs a new SyncResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.SyncResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SyncResponse instance. */
            instance: string;

            /** SyncResponse acks. */
            acks: skerry.v1.LaneAck.$Properties[];

            /** SyncResponse sketchCursor. */
            sketchCursor: number;

            /** SyncResponse desired. */
            desired?: (skerry.v1.Desired.$Properties|null);

            /** SyncResponse nextSyncMs. */
            nextSyncMs: number;

            /** SyncResponse wallMs. */
            wallMs: number;

            /** SyncResponse held. */
            held: skerry.v1.LaneRange.$Properties[];

            /** SyncResponse heldSamples. */
            heldSamples: string[];

            /**
             * Encodes the specified SyncResponse message. Does not implicitly {@link skerry.v1.SyncResponse.verify|verify} messages.
             * @param message SyncResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.SyncResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SyncResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.SyncResponse & skerry.v1.SyncResponse.$Shape} SyncResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.SyncResponse & skerry.v1.SyncResponse.$Shape;
        }

        namespace SyncResponse {

            /** Properties of a SyncResponse. */
            interface $Properties {

                /** SyncResponse instance */
                instance?: (string|null);

                /** SyncResponse acks */
                acks?: (skerry.v1.LaneAck.$Properties[]|null);

                /** SyncResponse sketchCursor */
                sketchCursor?: (number|null);

                /** SyncResponse desired */
                desired?: (skerry.v1.Desired.$Properties|null);

                /** SyncResponse nextSyncMs */
                nextSyncMs?: (number|null);

                /** SyncResponse wallMs */
                wallMs?: (number|null);

                /** SyncResponse held */
                held?: (skerry.v1.LaneRange.$Properties[]|null);

                /** SyncResponse heldSamples */
                heldSamples?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SyncResponse. */
            type $Shape = skerry.v1.SyncResponse.$Properties;
        }

        /**
         * Properties of a LaneAck.
         * @deprecated Use skerry.v1.LaneAck.$Properties instead.
         */
        interface ILaneAck extends skerry.v1.LaneAck.$Properties {
        }

        /** Represents a LaneAck. */
        class LaneAck {

            /**
             * Constructs a new LaneAck.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.LaneAck.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LaneAck epoch. */
            epoch: Uint8Array;

            /** LaneAck lane. */
            lane: skerry.v1.Lane;

            /** LaneAck cursor. */
            cursor: number;

            /** LaneAck epochConflict. */
            epochConflict: boolean;

            /**
             * Encodes the specified LaneAck message. Does not implicitly {@link skerry.v1.LaneAck.verify|verify} messages.
             * @param message LaneAck message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.LaneAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LaneAck message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.LaneAck & skerry.v1.LaneAck.$Shape} LaneAck
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.LaneAck & skerry.v1.LaneAck.$Shape;
        }

        namespace LaneAck {

            /** Properties of a LaneAck. */
            interface $Properties {

                /** LaneAck epoch */
                epoch?: (Uint8Array|null);

                /** LaneAck lane */
                lane?: (skerry.v1.Lane|null);

                /** LaneAck cursor */
                cursor?: (number|null);

                /** LaneAck epochConflict */
                epochConflict?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LaneAck. */
            type $Shape = skerry.v1.LaneAck.$Properties;
        }

        /**
         * Properties of a Desired.
         * @deprecated Use skerry.v1.Desired.$Properties instead.
         */
        interface IDesired extends skerry.v1.Desired.$Properties {
        }

        /** Represents a Desired. */
        class Desired {

            /**
             * Constructs a new Desired.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.Desired.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Desired generation. */
            generation: number;

            /** Desired pipelines. */
            pipelines: skerry.v1.DesiredPipeline.$Properties[];

            /** Desired tufUrl. */
            tufUrl: string;

            /**
             * Encodes the specified Desired message. Does not implicitly {@link skerry.v1.Desired.verify|verify} messages.
             * @param message Desired message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.Desired.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Desired message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.Desired & skerry.v1.Desired.$Shape} Desired
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.Desired & skerry.v1.Desired.$Shape;
        }

        namespace Desired {

            /** Properties of a Desired. */
            interface $Properties {

                /** Desired generation */
                generation?: (number|null);

                /** Desired pipelines */
                pipelines?: (skerry.v1.DesiredPipeline.$Properties[]|null);

                /** Desired tufUrl */
                tufUrl?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Desired. */
            type $Shape = skerry.v1.Desired.$Properties;
        }

        /**
         * Properties of a DesiredPipeline.
         * @deprecated Use skerry.v1.DesiredPipeline.$Properties instead.
         */
        interface IDesiredPipeline extends skerry.v1.DesiredPipeline.$Properties {
        }

        /** Represents a DesiredPipeline. */
        class DesiredPipeline {

            /**
             * Constructs a new DesiredPipeline.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.DesiredPipeline.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DesiredPipeline name. */
            name: string;

            /** DesiredPipeline release. */
            release: string;

            /** DesiredPipeline releaseDigest. */
            releaseDigest: string;

            /** DesiredPipeline role. */
            role: skerry.v1.Role;

            /** DesiredPipeline rollout. */
            rollout: string;

            /** DesiredPipeline policy. */
            policy: string;

            /** DesiredPipeline policyGeneration. */
            policyGeneration: number;

            /** DesiredPipeline captureBytesPerDay. */
            captureBytesPerDay: number;

            /**
             * Encodes the specified DesiredPipeline message. Does not implicitly {@link skerry.v1.DesiredPipeline.verify|verify} messages.
             * @param message DesiredPipeline message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.DesiredPipeline.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DesiredPipeline message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.DesiredPipeline & skerry.v1.DesiredPipeline.$Shape} DesiredPipeline
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.DesiredPipeline & skerry.v1.DesiredPipeline.$Shape;
        }

        namespace DesiredPipeline {

            /** Properties of a DesiredPipeline. */
            interface $Properties {

                /** DesiredPipeline name */
                name?: (string|null);

                /** DesiredPipeline release */
                release?: (string|null);

                /** DesiredPipeline releaseDigest */
                releaseDigest?: (string|null);

                /** DesiredPipeline role */
                role?: (skerry.v1.Role|null);

                /** DesiredPipeline rollout */
                rollout?: (string|null);

                /** DesiredPipeline policy */
                policy?: (string|null);

                /** DesiredPipeline policyGeneration */
                policyGeneration?: (number|null);

                /** DesiredPipeline captureBytesPerDay */
                captureBytesPerDay?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DesiredPipeline. */
            type $Shape = skerry.v1.DesiredPipeline.$Properties;
        }

        /** Lane enum. */
        enum Lane {

            /** LANE_UNSPECIFIED value */
            LANE_UNSPECIFIED = 0,

            /** LANE_ALERT value */
            LANE_ALERT = 1,

            /** LANE_RESULT value */
            LANE_RESULT = 2
        }

        /** Codec enum. */
        enum Codec {

            /** CODEC_NONE value */
            CODEC_NONE = 0,

            /** CODEC_GZIP value */
            CODEC_GZIP = 1,

            /** CODEC_ZSTD value */
            CODEC_ZSTD = 2
        }

        /** BlockKind enum. */
        enum BlockKind {

            /** BLOCK_KIND_UNSPECIFIED value */
            BLOCK_KIND_UNSPECIFIED = 0,

            /** BLOCK_KIND_RESULTS value */
            BLOCK_KIND_RESULTS = 1,

            /** BLOCK_KIND_ALERTS value */
            BLOCK_KIND_ALERTS = 2,

            /** BLOCK_KIND_SUMMARY value */
            BLOCK_KIND_SUMMARY = 3,

            /** BLOCK_KIND_TOMBSTONE value */
            BLOCK_KIND_TOMBSTONE = 4
        }

        /**
         * Properties of a Block.
         * @deprecated Use skerry.v1.Block.$Properties instead.
         */
        interface IBlock extends skerry.v1.Block.$Properties {
        }

        /** Represents a Block. */
        class Block {

            /**
             * Constructs a new Block.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.Block.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Block epoch. */
            epoch: Uint8Array;

            /** Block lane. */
            lane: skerry.v1.Lane;

            /** Block seq. */
            seq: number;

            /** Block seqLast. */
            seqLast: number;

            /** Block kind. */
            kind: skerry.v1.BlockKind;

            /** Block count. */
            count: number;

            /** Block codec. */
            codec: skerry.v1.Codec;

            /** Block crc32c. */
            crc32c: number;

            /** Block columns. */
            columns: Uint8Array;

            /**
             * Encodes the specified Block message. Does not implicitly {@link skerry.v1.Block.verify|verify} messages.
             * @param message Block message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.Block.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Block message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.Block & skerry.v1.Block.$Shape} Block
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.Block & skerry.v1.Block.$Shape;
        }

        namespace Block {

            /** Properties of a Block. */
            interface $Properties {

                /** Block epoch */
                epoch?: (Uint8Array|null);

                /** Block lane */
                lane?: (skerry.v1.Lane|null);

                /** Block seq */
                seq?: (number|null);

                /** Block seqLast */
                seqLast?: (number|null);

                /** Block kind */
                kind?: (skerry.v1.BlockKind|null);

                /** Block count */
                count?: (number|null);

                /** Block codec */
                codec?: (skerry.v1.Codec|null);

                /** Block crc32c */
                crc32c?: (number|null);

                /** Block columns */
                columns?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Block. */
            type $Shape = skerry.v1.Block.$Properties;
        }

        /** Decision enum. */
        enum Decision {

            /** DECISION_UNSPECIFIED value */
            DECISION_UNSPECIFIED = 0,

            /** DECISION_NORMAL value */
            DECISION_NORMAL = 1,

            /** DECISION_PENDING value */
            DECISION_PENDING = 2,

            /** DECISION_ALERT value */
            DECISION_ALERT = 3,

            /** DECISION_ERROR value */
            DECISION_ERROR = 4
        }

        /**
         * Properties of an OutputColumn.
         * @deprecated Use skerry.v1.OutputColumn.$Properties instead.
         */
        interface IOutputColumn extends skerry.v1.OutputColumn.$Properties {
        }

        /** Represents an OutputColumn. */
        class OutputColumn {

            /**
             * Constructs a new OutputColumn.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.OutputColumn.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** OutputColumn name. */
            name: string;

            /** OutputColumn width. */
            width: number;

            /** OutputColumn values. */
            values: number[];

            /**
             * Encodes the specified OutputColumn message. Does not implicitly {@link skerry.v1.OutputColumn.verify|verify} messages.
             * @param message OutputColumn message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.OutputColumn.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OutputColumn message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.OutputColumn & skerry.v1.OutputColumn.$Shape} OutputColumn
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.OutputColumn & skerry.v1.OutputColumn.$Shape;
        }

        namespace OutputColumn {

            /** Properties of an OutputColumn. */
            interface $Properties {

                /** OutputColumn name */
                name?: (string|null);

                /** OutputColumn width */
                width?: (number|null);

                /** OutputColumn values */
                values?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an OutputColumn. */
            type $Shape = skerry.v1.OutputColumn.$Properties;
        }

        /**
         * Properties of a ResultColumns.
         * @deprecated Use skerry.v1.ResultColumns.$Properties instead.
         */
        interface IResultColumns extends skerry.v1.ResultColumns.$Properties {
        }

        /** Represents a ResultColumns. */
        class ResultColumns {

            /**
             * Constructs a new ResultColumns.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.ResultColumns.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResultColumns strings. */
            strings: string[];

            /** ResultColumns pipeline. */
            pipeline: number[];

            /** ResultColumns device. */
            device: number[];

            /** ResultColumns release. */
            release: number[];

            /** ResultColumns releaseDigest. */
            releaseDigest: number[];

            /** ResultColumns variant. */
            variant: number[];

            /** ResultColumns backend. */
            backend: number[];

            /** ResultColumns fromDeltaUs. */
            fromDeltaUs: number[];

            /** ResultColumns lengthUs. */
            lengthUs: number[];

            /** ResultColumns decision. */
            decision: skerry.v1.Decision[];

            /** ResultColumns outputs. */
            outputs: skerry.v1.OutputColumn.$Properties[];

            /** ResultColumns attributionCount. */
            attributionCount: number[];

            /** ResultColumns attributionChannel. */
            attributionChannel: number[];

            /** ResultColumns attributionShare. */
            attributionShare: number[];

            /** ResultColumns missing. */
            missing: number[];

            /** ResultColumns interpolated. */
            interpolated: number[];

            /** ResultColumns late. */
            late: number[];

            /** ResultColumns policy. */
            policy: number[];

            /** ResultColumns inferUs. */
            inferUs: number[];

            /** ResultColumns inputDigest. */
            inputDigest: Uint8Array;

            /** ResultColumns producedDeltaMs. */
            producedDeltaMs: number[];

            /** ResultColumns uncertaintyMs. */
            uncertaintyMs: number;

            /**
             * Encodes the specified ResultColumns message. Does not implicitly {@link skerry.v1.ResultColumns.verify|verify} messages.
             * @param message ResultColumns message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.ResultColumns.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResultColumns message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.ResultColumns & skerry.v1.ResultColumns.$Shape} ResultColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.ResultColumns & skerry.v1.ResultColumns.$Shape;
        }

        namespace ResultColumns {

            /** Properties of a ResultColumns. */
            interface $Properties {

                /** ResultColumns strings */
                strings?: (string[]|null);

                /** ResultColumns pipeline */
                pipeline?: (number[]|null);

                /** ResultColumns device */
                device?: (number[]|null);

                /** ResultColumns release */
                release?: (number[]|null);

                /** ResultColumns releaseDigest */
                releaseDigest?: (number[]|null);

                /** ResultColumns variant */
                variant?: (number[]|null);

                /** ResultColumns backend */
                backend?: (number[]|null);

                /** ResultColumns fromDeltaUs */
                fromDeltaUs?: (number[]|null);

                /** ResultColumns lengthUs */
                lengthUs?: (number[]|null);

                /** ResultColumns decision */
                decision?: (skerry.v1.Decision[]|null);

                /** ResultColumns outputs */
                outputs?: (skerry.v1.OutputColumn.$Properties[]|null);

                /** ResultColumns attributionCount */
                attributionCount?: (number[]|null);

                /** ResultColumns attributionChannel */
                attributionChannel?: (number[]|null);

                /** ResultColumns attributionShare */
                attributionShare?: (number[]|null);

                /** ResultColumns missing */
                missing?: (number[]|null);

                /** ResultColumns interpolated */
                interpolated?: (number[]|null);

                /** ResultColumns late */
                late?: (number[]|null);

                /** ResultColumns policy */
                policy?: (number[]|null);

                /** ResultColumns inferUs */
                inferUs?: (number[]|null);

                /** ResultColumns inputDigest */
                inputDigest?: (Uint8Array|null);

                /** ResultColumns producedDeltaMs */
                producedDeltaMs?: (number[]|null);

                /** ResultColumns uncertaintyMs */
                uncertaintyMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResultColumns. */
            type $Shape = skerry.v1.ResultColumns.$Properties;
        }

        /**
         * Properties of an Attribution.
         * @deprecated Use skerry.v1.Attribution.$Properties instead.
         */
        interface IAttribution extends skerry.v1.Attribution.$Properties {
        }

        /** Represents an Attribution. */
        class Attribution {

            /**
             * Constructs a new Attribution.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.Attribution.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Attribution channel. */
            channel: string;

            /** Attribution share. */
            share: number;

            /**
             * Encodes the specified Attribution message. Does not implicitly {@link skerry.v1.Attribution.verify|verify} messages.
             * @param message Attribution message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.Attribution.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Attribution message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.Attribution & skerry.v1.Attribution.$Shape} Attribution
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.Attribution & skerry.v1.Attribution.$Shape;
        }

        namespace Attribution {

            /** Properties of an Attribution. */
            interface $Properties {

                /** Attribution channel */
                channel?: (string|null);

                /** Attribution share */
                share?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Attribution. */
            type $Shape = skerry.v1.Attribution.$Properties;
        }

        /** EpisodeState enum. */
        enum EpisodeState {

            /** EPISODE_STATE_UNSPECIFIED value */
            EPISODE_STATE_UNSPECIFIED = 0,

            /** EPISODE_STATE_OPEN value */
            EPISODE_STATE_OPEN = 1,

            /** EPISODE_STATE_UPDATE value */
            EPISODE_STATE_UPDATE = 2,

            /** EPISODE_STATE_CLEARED value */
            EPISODE_STATE_CLEARED = 3
        }

        /**
         * Properties of an AlertRecord.
         * @deprecated Use skerry.v1.AlertRecord.$Properties instead.
         */
        interface IAlertRecord extends skerry.v1.AlertRecord.$Properties {
        }

        /** Represents an AlertRecord. */
        class AlertRecord {

            /**
             * Constructs a new AlertRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.AlertRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AlertRecord episode. */
            episode: string;

            /** AlertRecord state. */
            state: skerry.v1.EpisodeState;

            /** AlertRecord kind. */
            kind: string;

            /** AlertRecord resultId. */
            resultId: string;

            /** AlertRecord pipeline. */
            pipeline: string;

            /** AlertRecord device. */
            device: string;

            /** AlertRecord release. */
            release: string;

            /** AlertRecord releaseDigest. */
            releaseDigest: string;

            /** AlertRecord fromUs. */
            fromUs: number;

            /** AlertRecord toUs. */
            toUs: number;

            /** AlertRecord output. */
            output: string;

            /** AlertRecord value. */
            value: number;

            /** AlertRecord threshold. */
            threshold: number;

            /** AlertRecord attribution. */
            attribution: skerry.v1.Attribution.$Properties[];

            /** AlertRecord policy. */
            policy: number;

            /** AlertRecord message. */
            message: string;

            /** AlertRecord wallMs. */
            wallMs: number;

            /** AlertRecord uncertaintyMs. */
            uncertaintyMs: number;

            /**
             * Encodes the specified AlertRecord message. Does not implicitly {@link skerry.v1.AlertRecord.verify|verify} messages.
             * @param message AlertRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.AlertRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AlertRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.AlertRecord & skerry.v1.AlertRecord.$Shape} AlertRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.AlertRecord & skerry.v1.AlertRecord.$Shape;
        }

        namespace AlertRecord {

            /** Properties of an AlertRecord. */
            interface $Properties {

                /** AlertRecord episode */
                episode?: (string|null);

                /** AlertRecord state */
                state?: (skerry.v1.EpisodeState|null);

                /** AlertRecord kind */
                kind?: (string|null);

                /** AlertRecord resultId */
                resultId?: (string|null);

                /** AlertRecord pipeline */
                pipeline?: (string|null);

                /** AlertRecord device */
                device?: (string|null);

                /** AlertRecord release */
                release?: (string|null);

                /** AlertRecord releaseDigest */
                releaseDigest?: (string|null);

                /** AlertRecord fromUs */
                fromUs?: (number|null);

                /** AlertRecord toUs */
                toUs?: (number|null);

                /** AlertRecord output */
                output?: (string|null);

                /** AlertRecord value */
                value?: (number|null);

                /** AlertRecord threshold */
                threshold?: (number|null);

                /** AlertRecord attribution */
                attribution?: (skerry.v1.Attribution.$Properties[]|null);

                /** AlertRecord policy */
                policy?: (number|null);

                /** AlertRecord message */
                message?: (string|null);

                /** AlertRecord wallMs */
                wallMs?: (number|null);

                /** AlertRecord uncertaintyMs */
                uncertaintyMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AlertRecord. */
            type $Shape = skerry.v1.AlertRecord.$Properties;
        }

        /**
         * Properties of an AlertList.
         * @deprecated Use skerry.v1.AlertList.$Properties instead.
         */
        interface IAlertList extends skerry.v1.AlertList.$Properties {
        }

        /** Represents an AlertList. */
        class AlertList {

            /**
             * Constructs a new AlertList.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.AlertList.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AlertList alerts. */
            alerts: skerry.v1.AlertRecord.$Properties[];

            /**
             * Encodes the specified AlertList message. Does not implicitly {@link skerry.v1.AlertList.verify|verify} messages.
             * @param message AlertList message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.AlertList.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AlertList message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.AlertList & skerry.v1.AlertList.$Shape} AlertList
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.AlertList & skerry.v1.AlertList.$Shape;
        }

        namespace AlertList {

            /** Properties of an AlertList. */
            interface $Properties {

                /** AlertList alerts */
                alerts?: (skerry.v1.AlertRecord.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AlertList. */
            type $Shape = skerry.v1.AlertList.$Properties;
        }

        /**
         * Properties of a Summary.
         * @deprecated Use skerry.v1.Summary.$Properties instead.
         */
        interface ISummary extends skerry.v1.Summary.$Properties {
        }

        /** Represents a Summary. */
        class Summary {

            /**
             * Constructs a new Summary.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.Summary.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Summary pipeline. */
            pipeline: string;

            /** Summary device. */
            device: string;

            /** Summary releaseDigest. */
            releaseDigest: string;

            /** Summary output. */
            output: string;

            /** Summary count. */
            count: number;

            /** Summary min. */
            min: number;

            /** Summary mean. */
            mean: number;

            /** Summary max. */
            max: number;

            /** Summary last. */
            last: number;

            /** Summary fromUs. */
            fromUs: number;

            /** Summary toUs. */
            toUs: number;

            /**
             * Encodes the specified Summary message. Does not implicitly {@link skerry.v1.Summary.verify|verify} messages.
             * @param message Summary message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.Summary.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Summary message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.Summary & skerry.v1.Summary.$Shape} Summary
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.Summary & skerry.v1.Summary.$Shape;
        }

        namespace Summary {

            /** Properties of a Summary. */
            interface $Properties {

                /** Summary pipeline */
                pipeline?: (string|null);

                /** Summary device */
                device?: (string|null);

                /** Summary releaseDigest */
                releaseDigest?: (string|null);

                /** Summary output */
                output?: (string|null);

                /** Summary count */
                count?: (number|null);

                /** Summary min */
                min?: (number|null);

                /** Summary mean */
                mean?: (number|null);

                /** Summary max */
                max?: (number|null);

                /** Summary last */
                last?: (number|null);

                /** Summary fromUs */
                fromUs?: (number|null);

                /** Summary toUs */
                toUs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Summary. */
            type $Shape = skerry.v1.Summary.$Properties;
        }

        /**
         * Properties of a SummaryList.
         * @deprecated Use skerry.v1.SummaryList.$Properties instead.
         */
        interface ISummaryList extends skerry.v1.SummaryList.$Properties {
        }

        /** Represents a SummaryList. */
        class SummaryList {

            /**
             * Constructs a new SummaryList.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.SummaryList.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SummaryList summaries. */
            summaries: skerry.v1.Summary.$Properties[];

            /** SummaryList level. */
            level: number;

            /**
             * Encodes the specified SummaryList message. Does not implicitly {@link skerry.v1.SummaryList.verify|verify} messages.
             * @param message SummaryList message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.SummaryList.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SummaryList message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.SummaryList & skerry.v1.SummaryList.$Shape} SummaryList
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.SummaryList & skerry.v1.SummaryList.$Shape;
        }

        namespace SummaryList {

            /** Properties of a SummaryList. */
            interface $Properties {

                /** SummaryList summaries */
                summaries?: (skerry.v1.Summary.$Properties[]|null);

                /** SummaryList level */
                level?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SummaryList. */
            type $Shape = skerry.v1.SummaryList.$Properties;
        }

        /**
         * Properties of a Tombstone.
         * @deprecated Use skerry.v1.Tombstone.$Properties instead.
         */
        interface ITombstone extends skerry.v1.Tombstone.$Properties {
        }

        /** Represents a Tombstone. */
        class Tombstone {

            /**
             * Constructs a new Tombstone.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.Tombstone.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Tombstone reason. */
            reason: string;

            /** Tombstone fromUs. */
            fromUs: number;

            /** Tombstone toUs. */
            toUs: number;

            /**
             * Encodes the specified Tombstone message. Does not implicitly {@link skerry.v1.Tombstone.verify|verify} messages.
             * @param message Tombstone message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.Tombstone.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Tombstone message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.Tombstone & skerry.v1.Tombstone.$Shape} Tombstone
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.Tombstone & skerry.v1.Tombstone.$Shape;
        }

        namespace Tombstone {

            /** Properties of a Tombstone. */
            interface $Properties {

                /** Tombstone reason */
                reason?: (string|null);

                /** Tombstone fromUs */
                fromUs?: (number|null);

                /** Tombstone toUs */
                toUs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Tombstone. */
            type $Shape = skerry.v1.Tombstone.$Properties;
        }

        /**
         * Properties of a GoldenVectors.
         * @deprecated Use skerry.v1.GoldenVectors.$Properties instead.
         */
        interface IGoldenVectors extends skerry.v1.GoldenVectors.$Properties {
        }

        /** Represents a GoldenVectors. */
        class GoldenVectors {

            /**
             * Constructs a new GoldenVectors.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.GoldenVectors.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GoldenVectors cases. */
            cases: skerry.v1.GoldenCase.$Properties[];

            /**
             * Encodes the specified GoldenVectors message. Does not implicitly {@link skerry.v1.GoldenVectors.verify|verify} messages.
             * @param message GoldenVectors message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.GoldenVectors.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GoldenVectors message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.GoldenVectors & skerry.v1.GoldenVectors.$Shape} GoldenVectors
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.GoldenVectors & skerry.v1.GoldenVectors.$Shape;
        }

        namespace GoldenVectors {

            /** Properties of a GoldenVectors. */
            interface $Properties {

                /** GoldenVectors cases */
                cases?: (skerry.v1.GoldenCase.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GoldenVectors. */
            type $Shape = skerry.v1.GoldenVectors.$Properties;
        }

        /**
         * Properties of a GoldenCase.
         * @deprecated Use skerry.v1.GoldenCase.$Properties instead.
         */
        interface IGoldenCase extends skerry.v1.GoldenCase.$Properties {
        }

        /** Represents a GoldenCase. */
        class GoldenCase {

            /**
             * Constructs a new GoldenCase.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.GoldenCase.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GoldenCase inputs. */
            inputs: skerry.v1.NamedTensor.$Properties[];

            /** GoldenCase outputs. */
            outputs: skerry.v1.NamedTensor.$Properties[];

            /**
             * Encodes the specified GoldenCase message. Does not implicitly {@link skerry.v1.GoldenCase.verify|verify} messages.
             * @param message GoldenCase message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.GoldenCase.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GoldenCase message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.GoldenCase & skerry.v1.GoldenCase.$Shape} GoldenCase
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.GoldenCase & skerry.v1.GoldenCase.$Shape;
        }

        namespace GoldenCase {

            /** Properties of a GoldenCase. */
            interface $Properties {

                /** GoldenCase inputs */
                inputs?: (skerry.v1.NamedTensor.$Properties[]|null);

                /** GoldenCase outputs */
                outputs?: (skerry.v1.NamedTensor.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GoldenCase. */
            type $Shape = skerry.v1.GoldenCase.$Properties;
        }

        /**
         * Properties of a NamedTensor.
         * @deprecated Use skerry.v1.NamedTensor.$Properties instead.
         */
        interface INamedTensor extends skerry.v1.NamedTensor.$Properties {
        }

        /** Represents a NamedTensor. */
        class NamedTensor {

            /**
             * Constructs a new NamedTensor.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.NamedTensor.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NamedTensor name. */
            name: string;

            /** NamedTensor type. */
            type: string;

            /** NamedTensor dims. */
            dims: number[];

            /** NamedTensor data. */
            data: Uint8Array;

            /** NamedTensor strings. */
            strings: string[];

            /**
             * Encodes the specified NamedTensor message. Does not implicitly {@link skerry.v1.NamedTensor.verify|verify} messages.
             * @param message NamedTensor message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.NamedTensor.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NamedTensor message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.NamedTensor & skerry.v1.NamedTensor.$Shape} NamedTensor
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.NamedTensor & skerry.v1.NamedTensor.$Shape;
        }

        namespace NamedTensor {

            /** Properties of a NamedTensor. */
            interface $Properties {

                /** NamedTensor name */
                name?: (string|null);

                /** NamedTensor type */
                type?: (string|null);

                /** NamedTensor dims */
                dims?: (number[]|null);

                /** NamedTensor data */
                data?: (Uint8Array|null);

                /** NamedTensor strings */
                strings?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NamedTensor. */
            type $Shape = skerry.v1.NamedTensor.$Properties;
        }

        /**
         * Properties of a DriftReference.
         * @deprecated Use skerry.v1.DriftReference.$Properties instead.
         */
        interface IDriftReference extends skerry.v1.DriftReference.$Properties {
        }

        /** Represents a DriftReference. */
        class DriftReference {

            /**
             * Constructs a new DriftReference.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.DriftReference.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DriftReference signals. */
            signals: skerry.v1.SignalReference.$Properties[];

            /**
             * Encodes the specified DriftReference message. Does not implicitly {@link skerry.v1.DriftReference.verify|verify} messages.
             * @param message DriftReference message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.DriftReference.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DriftReference message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.DriftReference & skerry.v1.DriftReference.$Shape} DriftReference
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.DriftReference & skerry.v1.DriftReference.$Shape;
        }

        namespace DriftReference {

            /** Properties of a DriftReference. */
            interface $Properties {

                /** DriftReference signals */
                signals?: (skerry.v1.SignalReference.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DriftReference. */
            type $Shape = skerry.v1.DriftReference.$Properties;
        }

        /**
         * Properties of a SignalReference.
         * @deprecated Use skerry.v1.SignalReference.$Properties instead.
         */
        interface ISignalReference extends skerry.v1.SignalReference.$Properties {
        }

        /** Represents a SignalReference. */
        class SignalReference {

            /**
             * Constructs a new SignalReference.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.SignalReference.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SignalReference name. */
            name: string;

            /** SignalReference isOutput. */
            isOutput: boolean;

            /** SignalReference edges. */
            edges: number[];

            /** SignalReference counts. */
            counts: number[];

            /** SignalReference n. */
            n: number;

            /** SignalReference mean. */
            mean: number;

            /** SignalReference m2. */
            m2: number;

            /** SignalReference min. */
            min: number;

            /** SignalReference max. */
            max: number;

            /** SignalReference nulls. */
            nulls: skerry.v1.BlockNull.$Properties[];

            /** SignalReference samplesPerHour. */
            samplesPerHour: number;

            /** SignalReference adwinBatch. */
            adwinBatch: number;

            /** SignalReference dependence. */
            dependence: number;

            /**
             * Encodes the specified SignalReference message. Does not implicitly {@link skerry.v1.SignalReference.verify|verify} messages.
             * @param message SignalReference message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.SignalReference.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SignalReference message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.SignalReference & skerry.v1.SignalReference.$Shape} SignalReference
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.SignalReference & skerry.v1.SignalReference.$Shape;
        }

        namespace SignalReference {

            /** Properties of a SignalReference. */
            interface $Properties {

                /** SignalReference name */
                name?: (string|null);

                /** SignalReference isOutput */
                isOutput?: (boolean|null);

                /** SignalReference edges */
                edges?: (number[]|null);

                /** SignalReference counts */
                counts?: (number[]|null);

                /** SignalReference n */
                n?: (number|null);

                /** SignalReference mean */
                mean?: (number|null);

                /** SignalReference m2 */
                m2?: (number|null);

                /** SignalReference min */
                min?: (number|null);

                /** SignalReference max */
                max?: (number|null);

                /** SignalReference nulls */
                nulls?: (skerry.v1.BlockNull.$Properties[]|null);

                /** SignalReference samplesPerHour */
                samplesPerHour?: (number|null);

                /** SignalReference adwinBatch */
                adwinBatch?: (number|null);

                /** SignalReference dependence */
                dependence?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SignalReference. */
            type $Shape = skerry.v1.SignalReference.$Properties;
        }

        /**
         * Properties of a BlockNull.
         * @deprecated Use skerry.v1.BlockNull.$Properties instead.
         */
        interface IBlockNull extends skerry.v1.BlockNull.$Properties {
        }

        /** Represents a BlockNull. */
        class BlockNull {

            /**
             * Constructs a new BlockNull.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.BlockNull.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BlockNull block. */
            block: number;

            /** BlockNull measures. */
            measures: skerry.v1.MeasureQuantiles.$Properties[];

            /**
             * Encodes the specified BlockNull message. Does not implicitly {@link skerry.v1.BlockNull.verify|verify} messages.
             * @param message BlockNull message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.BlockNull.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BlockNull message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.BlockNull & skerry.v1.BlockNull.$Shape} BlockNull
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.BlockNull & skerry.v1.BlockNull.$Shape;
        }

        namespace BlockNull {

            /** Properties of a BlockNull. */
            interface $Properties {

                /** BlockNull block */
                block?: (number|null);

                /** BlockNull measures */
                measures?: (skerry.v1.MeasureQuantiles.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BlockNull. */
            type $Shape = skerry.v1.BlockNull.$Properties;
        }

        /**
         * Properties of a MeasureQuantiles.
         * @deprecated Use skerry.v1.MeasureQuantiles.$Properties instead.
         */
        interface IMeasureQuantiles extends skerry.v1.MeasureQuantiles.$Properties {
        }

        /** Represents a MeasureQuantiles. */
        class MeasureQuantiles {

            /**
             * Constructs a new MeasureQuantiles.
             * @param [properties] Properties to set
             */
            constructor(properties?: skerry.v1.MeasureQuantiles.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MeasureQuantiles measure. */
            measure: string;

            /** MeasureQuantiles quantiles. */
            quantiles: number[];

            /**
             * Encodes the specified MeasureQuantiles message. Does not implicitly {@link skerry.v1.MeasureQuantiles.verify|verify} messages.
             * @param message MeasureQuantiles message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skerry.v1.MeasureQuantiles.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MeasureQuantiles message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skerry.v1.MeasureQuantiles & skerry.v1.MeasureQuantiles.$Shape} MeasureQuantiles
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skerry.v1.MeasureQuantiles & skerry.v1.MeasureQuantiles.$Shape;
        }

        namespace MeasureQuantiles {

            /** Properties of a MeasureQuantiles. */
            interface $Properties {

                /** MeasureQuantiles measure */
                measure?: (string|null);

                /** MeasureQuantiles quantiles */
                quantiles?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MeasureQuantiles. */
            type $Shape = skerry.v1.MeasureQuantiles.$Properties;
        }
    }
}
