/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["skerry"] || ($protobuf.roots["skerry"] = {});

export const skerry = $root.skerry = (() => {

    /**
     * Namespace skerry.
     * @exports skerry
     * @namespace
     */
    const skerry = {};

    skerry.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof skerry
         * @namespace
         */
        const v1 = {};

        v1.SignedPart = (function() {

            /**
             * Properties of a SignedPart.
             * @typedef {Object} skerry.v1.SignedPart.$Properties
             * @property {Uint8Array|null} [content] SignedPart content
             * @property {Uint8Array|null} [signature] SignedPart signature
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SignedPart.
             * @memberof skerry.v1
             * @interface ISignedPart
             * @augments skerry.v1.SignedPart.$Properties
             * @deprecated Use skerry.v1.SignedPart.$Properties instead.
             */

            /**
             * Shape of a SignedPart.
             * @typedef {skerry.v1.SignedPart.$Properties} skerry.v1.SignedPart.$Shape
             */

            /**
             * Constructs a new SignedPart.
             * @memberof skerry.v1
             * @classdesc Represents a SignedPart.
             * @constructor
             * @param {skerry.v1.SignedPart.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SignedPart = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SignedPart content.
             * @member {Uint8Array} content
             * @memberof skerry.v1.SignedPart
             * @instance
             */
            SignedPart.prototype.content = $util.newBuffer([]);

            /**
             * SignedPart signature.
             * @member {Uint8Array} signature
             * @memberof skerry.v1.SignedPart
             * @instance
             */
            SignedPart.prototype.signature = $util.newBuffer([]);

            /**
             * Encodes the specified SignedPart message. Does not implicitly {@link skerry.v1.SignedPart.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.SignedPart
             * @static
             * @param {skerry.v1.SignedPart.$Properties} message SignedPart message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SignedPart.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.content != null && $Object.hasOwnProperty.call(message, "content") && message.content.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.content);
                if (message.signature != null && $Object.hasOwnProperty.call(message, "signature") && message.signature.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.signature);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SignedPart message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.SignedPart
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.SignedPart & skerry.v1.SignedPart.$Shape} SignedPart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SignedPart.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.SignedPart();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.content = value;
                            else
                                delete message.content;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.signature = value;
                            else
                                delete message.signature;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SignedPart;
        })();

        v1.BundlePart = (function() {

            /**
             * Properties of a BundlePart.
             * @typedef {Object} skerry.v1.BundlePart.$Properties
             * @property {string|null} [agent] BundlePart agent
             * @property {Uint8Array|null} [bundle] BundlePart bundle
             * @property {number|null} [index] BundlePart index
             * @property {boolean|null} [last] BundlePart last
             * @property {Uint8Array|null} [request] BundlePart request
             * @property {skerry.v1.Acknowledgement.$Properties|null} [acknowledgement] BundlePart acknowledgement
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a BundlePart.
             * @memberof skerry.v1
             * @interface IBundlePart
             * @augments skerry.v1.BundlePart.$Properties
             * @deprecated Use skerry.v1.BundlePart.$Properties instead.
             */

            /**
             * Shape of a BundlePart.
             * @typedef {skerry.v1.BundlePart.$Properties} skerry.v1.BundlePart.$Shape
             */

            /**
             * Constructs a new BundlePart.
             * @memberof skerry.v1
             * @classdesc Represents a BundlePart.
             * @constructor
             * @param {skerry.v1.BundlePart.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const BundlePart = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * BundlePart agent.
             * @member {string} agent
             * @memberof skerry.v1.BundlePart
             * @instance
             */
            BundlePart.prototype.agent = "";

            /**
             * BundlePart bundle.
             * @member {Uint8Array} bundle
             * @memberof skerry.v1.BundlePart
             * @instance
             */
            BundlePart.prototype.bundle = $util.newBuffer([]);

            /**
             * BundlePart index.
             * @member {number} index
             * @memberof skerry.v1.BundlePart
             * @instance
             */
            BundlePart.prototype.index = 0;

            /**
             * BundlePart last.
             * @member {boolean} last
             * @memberof skerry.v1.BundlePart
             * @instance
             */
            BundlePart.prototype.last = false;

            /**
             * BundlePart request.
             * @member {Uint8Array} request
             * @memberof skerry.v1.BundlePart
             * @instance
             */
            BundlePart.prototype.request = $util.newBuffer([]);

            /**
             * BundlePart acknowledgement.
             * @member {skerry.v1.Acknowledgement.$Properties|null|undefined} acknowledgement
             * @memberof skerry.v1.BundlePart
             * @instance
             */
            BundlePart.prototype.acknowledgement = null;

            /**
             * Encodes the specified BundlePart message. Does not implicitly {@link skerry.v1.BundlePart.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.BundlePart
             * @static
             * @param {skerry.v1.BundlePart.$Properties} message BundlePart message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            BundlePart.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.agent != null && $Object.hasOwnProperty.call(message, "agent") && message.agent !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.agent);
                if (message.bundle != null && $Object.hasOwnProperty.call(message, "bundle") && message.bundle.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.bundle);
                if (message.index != null && $Object.hasOwnProperty.call(message, "index") && message.index !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.index);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last") && message.last !== false)
                    writer.uint32(/* id 4, wireType 0 =*/32).bool(message.last);
                if (message.request != null && $Object.hasOwnProperty.call(message, "request") && message.request.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.request);
                if (message.acknowledgement != null && $Object.hasOwnProperty.call(message, "acknowledgement"))
                    $root.skerry.v1.Acknowledgement.encode(message.acknowledgement, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a BundlePart message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.BundlePart
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.BundlePart & skerry.v1.BundlePart.$Shape} BundlePart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            BundlePart.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.BundlePart();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.agent = value;
                            else
                                delete message.agent;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.bundle = value;
                            else
                                delete message.bundle;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.index = value;
                            else
                                delete message.index;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.last = value;
                            else
                                delete message.last;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.request = value;
                            else
                                delete message.request;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.acknowledgement = $root.skerry.v1.Acknowledgement.decode(reader, reader.size(), $undefined, _depth + 1, message.acknowledgement);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return BundlePart;
        })();

        v1.Acknowledgement = (function() {

            /**
             * Properties of an Acknowledgement.
             * @typedef {Object} skerry.v1.Acknowledgement.$Properties
             * @property {string|null} [instance] Acknowledgement instance
             * @property {Array.<skerry.v1.LaneAck.$Properties>|null} [acks] Acknowledgement acks
             * @property {Array.<skerry.v1.LaneRange.$Properties>|null} [held] Acknowledgement held
             * @property {number|null} [sketchCursor] Acknowledgement sketchCursor
             * @property {skerry.v1.Desired.$Properties|null} [desired] Acknowledgement desired
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Acknowledgement.
             * @memberof skerry.v1
             * @interface IAcknowledgement
             * @augments skerry.v1.Acknowledgement.$Properties
             * @deprecated Use skerry.v1.Acknowledgement.$Properties instead.
             */

            /**
             * Shape of an Acknowledgement.
             * @typedef {skerry.v1.Acknowledgement.$Properties} skerry.v1.Acknowledgement.$Shape
             */

            /**
             * Constructs a new Acknowledgement.
             * @memberof skerry.v1
             * @classdesc Represents an Acknowledgement.
             * @constructor
             * @param {skerry.v1.Acknowledgement.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Acknowledgement = function (properties) {
                this.acks = [];
                this.held = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Acknowledgement instance.
             * @member {string} instance
             * @memberof skerry.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.instance = "";

            /**
             * Acknowledgement acks.
             * @member {Array.<skerry.v1.LaneAck.$Properties>} acks
             * @memberof skerry.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.acks = $util.emptyArray;

            /**
             * Acknowledgement held.
             * @member {Array.<skerry.v1.LaneRange.$Properties>} held
             * @memberof skerry.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.held = $util.emptyArray;

            /**
             * Acknowledgement sketchCursor.
             * @member {number} sketchCursor
             * @memberof skerry.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.sketchCursor = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Acknowledgement desired.
             * @member {skerry.v1.Desired.$Properties|null|undefined} desired
             * @memberof skerry.v1.Acknowledgement
             * @instance
             */
            Acknowledgement.prototype.desired = null;

            /**
             * Encodes the specified Acknowledgement message. Does not implicitly {@link skerry.v1.Acknowledgement.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.Acknowledgement
             * @static
             * @param {skerry.v1.Acknowledgement.$Properties} message Acknowledgement message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Acknowledgement.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.instance != null && $Object.hasOwnProperty.call(message, "instance") && message.instance !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.instance);
                if (message.acks != null && message.acks.length)
                    for (let i = 0; i < message.acks.length; ++i)
                        $root.skerry.v1.LaneAck.encode(message.acks[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.held != null && message.held.length)
                    for (let i = 0; i < message.held.length; ++i)
                        $root.skerry.v1.LaneRange.encode(message.held[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.sketchCursor != null && $Object.hasOwnProperty.call(message, "sketchCursor") && (typeof message.sketchCursor === "object" ? message.sketchCursor.low || message.sketchCursor.high : message.sketchCursor !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.sketchCursor);
                if (message.desired != null && $Object.hasOwnProperty.call(message, "desired"))
                    $root.skerry.v1.Desired.encode(message.desired, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Acknowledgement message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.Acknowledgement
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.Acknowledgement & skerry.v1.Acknowledgement.$Shape} Acknowledgement
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Acknowledgement.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.Acknowledgement();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.instance = value;
                            else
                                delete message.instance;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.acks && message.acks.length))
                                message.acks = [];
                            message.acks.push($root.skerry.v1.LaneAck.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.held && message.held.length))
                                message.held = [];
                            message.held.push($root.skerry.v1.LaneRange.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sketchCursor = value;
                            else
                                delete message.sketchCursor;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.desired = $root.skerry.v1.Desired.decode(reader, reader.size(), $undefined, _depth + 1, message.desired);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Acknowledgement;
        })();

        v1.SyncRequest = (function() {

            /**
             * Properties of a SyncRequest.
             * @typedef {Object} skerry.v1.SyncRequest.$Properties
             * @property {number|null} [protocol] SyncRequest protocol
             * @property {Uint8Array|null} [epoch] SyncRequest epoch
             * @property {skerry.v1.ClockReading.$Properties|null} [clock] SyncRequest clock
             * @property {skerry.v1.Reported.$Properties|null} [reported] SyncRequest reported
             * @property {Array.<skerry.v1.LedgerReport.$Properties>|null} [ledgers] SyncRequest ledgers
             * @property {Array.<skerry.v1.Block.$Properties>|null} [blocks] SyncRequest blocks
             * @property {Array.<skerry.v1.DriftSketch.$Properties>|null} [sketches] SyncRequest sketches
             * @property {string|null} [seenInstance] SyncRequest seenInstance
             * @property {number|null} [seenGeneration] SyncRequest seenGeneration
             * @property {Array.<skerry.v1.LaneRange.$Properties>|null} [lanes] SyncRequest lanes
             * @property {Array.<skerry.v1.CapturedWindow.$Properties>|null} [samples] SyncRequest samples
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SyncRequest.
             * @memberof skerry.v1
             * @interface ISyncRequest
             * @augments skerry.v1.SyncRequest.$Properties
             * @deprecated Use skerry.v1.SyncRequest.$Properties instead.
             */

            /**
             * Shape of a SyncRequest.
             * @typedef {skerry.v1.SyncRequest.$Properties} skerry.v1.SyncRequest.$Shape
             */

            /**
             * Constructs a new SyncRequest.
             * @memberof skerry.v1
             * @classdesc Represents a SyncRequest.
             * @constructor
             * @param {skerry.v1.SyncRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SyncRequest = function (properties) {
                this.ledgers = [];
                this.blocks = [];
                this.sketches = [];
                this.lanes = [];
                this.samples = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SyncRequest protocol.
             * @member {number} protocol
             * @memberof skerry.v1.SyncRequest
             * @instance
             */
            SyncRequest.prototype.protocol = 0;

            /**
             * SyncRequest epoch.
             * @member {Uint8Array} epoch
             * @memberof skerry.v1.SyncRequest
             * @instance
             */
            SyncRequest.prototype.epoch = $util.newBuffer([]);

            /**
             * SyncRequest clock.
             * @member {skerry.v1.ClockReading.$Properties|null|undefined} clock
             * @memberof skerry.v1.SyncRequest
             * @instance
             */
            SyncRequest.prototype.clock = null;

            /**
             * SyncRequest reported.
             * @member {skerry.v1.Reported.$Properties|null|undefined} reported
             * @memberof skerry.v1.SyncRequest
             * @instance
             */
            SyncRequest.prototype.reported = null;

            /**
             * SyncRequest ledgers.
             * @member {Array.<skerry.v1.LedgerReport.$Properties>} ledgers
             * @memberof skerry.v1.SyncRequest
             * @instance
             */
            SyncRequest.prototype.ledgers = $util.emptyArray;

            /**
             * SyncRequest blocks.
             * @member {Array.<skerry.v1.Block.$Properties>} blocks
             * @memberof skerry.v1.SyncRequest
             * @instance
             */
            SyncRequest.prototype.blocks = $util.emptyArray;

            /**
             * SyncRequest sketches.
             * @member {Array.<skerry.v1.DriftSketch.$Properties>} sketches
             * @memberof skerry.v1.SyncRequest
             * @instance
             */
            SyncRequest.prototype.sketches = $util.emptyArray;

            /**
             * SyncRequest seenInstance.
             * @member {string} seenInstance
             * @memberof skerry.v1.SyncRequest
             * @instance
             */
            SyncRequest.prototype.seenInstance = "";

            /**
             * SyncRequest seenGeneration.
             * @member {number} seenGeneration
             * @memberof skerry.v1.SyncRequest
             * @instance
             */
            SyncRequest.prototype.seenGeneration = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SyncRequest lanes.
             * @member {Array.<skerry.v1.LaneRange.$Properties>} lanes
             * @memberof skerry.v1.SyncRequest
             * @instance
             */
            SyncRequest.prototype.lanes = $util.emptyArray;

            /**
             * SyncRequest samples.
             * @member {Array.<skerry.v1.CapturedWindow.$Properties>} samples
             * @memberof skerry.v1.SyncRequest
             * @instance
             */
            SyncRequest.prototype.samples = $util.emptyArray;

            /**
             * Encodes the specified SyncRequest message. Does not implicitly {@link skerry.v1.SyncRequest.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.SyncRequest
             * @static
             * @param {skerry.v1.SyncRequest.$Properties} message SyncRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SyncRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.protocol != null && $Object.hasOwnProperty.call(message, "protocol") && message.protocol !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.protocol);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.epoch);
                if (message.clock != null && $Object.hasOwnProperty.call(message, "clock"))
                    $root.skerry.v1.ClockReading.encode(message.clock, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.reported != null && $Object.hasOwnProperty.call(message, "reported"))
                    $root.skerry.v1.Reported.encode(message.reported, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.ledgers != null && message.ledgers.length)
                    for (let i = 0; i < message.ledgers.length; ++i)
                        $root.skerry.v1.LedgerReport.encode(message.ledgers[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.blocks != null && message.blocks.length)
                    for (let i = 0; i < message.blocks.length; ++i)
                        $root.skerry.v1.Block.encode(message.blocks[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.sketches != null && message.sketches.length)
                    for (let i = 0; i < message.sketches.length; ++i)
                        $root.skerry.v1.DriftSketch.encode(message.sketches[i], writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.seenInstance != null && $Object.hasOwnProperty.call(message, "seenInstance") && message.seenInstance !== "")
                    writer.uint32(/* id 8, wireType 2 =*/66).string(message.seenInstance);
                if (message.seenGeneration != null && $Object.hasOwnProperty.call(message, "seenGeneration") && (typeof message.seenGeneration === "object" ? message.seenGeneration.low || message.seenGeneration.high : message.seenGeneration !== 0))
                    writer.uint32(/* id 9, wireType 0 =*/72).uint64(message.seenGeneration);
                if (message.lanes != null && message.lanes.length)
                    for (let i = 0; i < message.lanes.length; ++i)
                        $root.skerry.v1.LaneRange.encode(message.lanes[i], writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.samples != null && message.samples.length)
                    for (let i = 0; i < message.samples.length; ++i)
                        $root.skerry.v1.CapturedWindow.encode(message.samples[i], writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SyncRequest message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.SyncRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.SyncRequest & skerry.v1.SyncRequest.$Shape} SyncRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SyncRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.SyncRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.protocol = value;
                            else
                                delete message.protocol;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.clock = $root.skerry.v1.ClockReading.decode(reader, reader.size(), $undefined, _depth + 1, message.clock);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.reported = $root.skerry.v1.Reported.decode(reader, reader.size(), $undefined, _depth + 1, message.reported);
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.ledgers && message.ledgers.length))
                                message.ledgers = [];
                            message.ledgers.push($root.skerry.v1.LedgerReport.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.blocks && message.blocks.length))
                                message.blocks = [];
                            message.blocks.push($root.skerry.v1.Block.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if (!(message.sketches && message.sketches.length))
                                message.sketches = [];
                            message.sketches.push($root.skerry.v1.DriftSketch.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.seenInstance = value;
                            else
                                delete message.seenInstance;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seenGeneration = value;
                            else
                                delete message.seenGeneration;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            if (!(message.lanes && message.lanes.length))
                                message.lanes = [];
                            message.lanes.push($root.skerry.v1.LaneRange.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if (!(message.samples && message.samples.length))
                                message.samples = [];
                            message.samples.push($root.skerry.v1.CapturedWindow.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SyncRequest;
        })();

        v1.CapturedWindow = (function() {

            /**
             * Properties of a CapturedWindow.
             * @typedef {Object} skerry.v1.CapturedWindow.$Properties
             * @property {string|null} [id] CapturedWindow id
             * @property {string|null} [pipeline] CapturedWindow pipeline
             * @property {string|null} [device] CapturedWindow device
             * @property {string|null} [release] CapturedWindow release
             * @property {string|null} [releaseDigest] CapturedWindow releaseDigest
             * @property {number|null} [fromUs] CapturedWindow fromUs
             * @property {number|null} [toUs] CapturedWindow toUs
             * @property {Array.<string>|null} [channels] CapturedWindow channels
             * @property {Array.<string>|null} [privateChannels] CapturedWindow privateChannels
             * @property {Uint8Array|null} [values] CapturedWindow values
             * @property {string|null} [reason] CapturedWindow reason
             * @property {number|null} [inclusion] CapturedWindow inclusion
             * @property {number|null} [score] CapturedWindow score
             * @property {number|null} [threshold] CapturedWindow threshold
             * @property {number|null} [policy] CapturedWindow policy
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a CapturedWindow.
             * @memberof skerry.v1
             * @interface ICapturedWindow
             * @augments skerry.v1.CapturedWindow.$Properties
             * @deprecated Use skerry.v1.CapturedWindow.$Properties instead.
             */

            /**
             * Shape of a CapturedWindow.
             * @typedef {skerry.v1.CapturedWindow.$Properties} skerry.v1.CapturedWindow.$Shape
             */

            /**
             * Constructs a new CapturedWindow.
             * @memberof skerry.v1
             * @classdesc Represents a CapturedWindow.
             * @constructor
             * @param {skerry.v1.CapturedWindow.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const CapturedWindow = function (properties) {
                this.channels = [];
                this.privateChannels = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * CapturedWindow id.
             * @member {string} id
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.id = "";

            /**
             * CapturedWindow pipeline.
             * @member {string} pipeline
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.pipeline = "";

            /**
             * CapturedWindow device.
             * @member {string} device
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.device = "";

            /**
             * CapturedWindow release.
             * @member {string} release
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.release = "";

            /**
             * CapturedWindow releaseDigest.
             * @member {string} releaseDigest
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.releaseDigest = "";

            /**
             * CapturedWindow fromUs.
             * @member {number} fromUs
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.fromUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * CapturedWindow toUs.
             * @member {number} toUs
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.toUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * CapturedWindow channels.
             * @member {Array.<string>} channels
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.channels = $util.emptyArray;

            /**
             * CapturedWindow privateChannels.
             * @member {Array.<string>} privateChannels
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.privateChannels = $util.emptyArray;

            /**
             * CapturedWindow values.
             * @member {Uint8Array} values
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.values = $util.newBuffer([]);

            /**
             * CapturedWindow reason.
             * @member {string} reason
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.reason = "";

            /**
             * CapturedWindow inclusion.
             * @member {number} inclusion
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.inclusion = 0;

            /**
             * CapturedWindow score.
             * @member {number} score
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.score = 0;

            /**
             * CapturedWindow threshold.
             * @member {number} threshold
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.threshold = 0;

            /**
             * CapturedWindow policy.
             * @member {number} policy
             * @memberof skerry.v1.CapturedWindow
             * @instance
             */
            CapturedWindow.prototype.policy = 0;

            /**
             * Encodes the specified CapturedWindow message. Does not implicitly {@link skerry.v1.CapturedWindow.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.CapturedWindow
             * @static
             * @param {skerry.v1.CapturedWindow.$Properties} message CapturedWindow message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            CapturedWindow.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.id);
                if (message.pipeline != null && $Object.hasOwnProperty.call(message, "pipeline") && message.pipeline !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.pipeline);
                if (message.device != null && $Object.hasOwnProperty.call(message, "device") && message.device !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.device);
                if (message.release != null && $Object.hasOwnProperty.call(message, "release") && message.release !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.release);
                if (message.releaseDigest != null && $Object.hasOwnProperty.call(message, "releaseDigest") && message.releaseDigest !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.releaseDigest);
                if (message.fromUs != null && $Object.hasOwnProperty.call(message, "fromUs") && (typeof message.fromUs === "object" ? message.fromUs.low || message.fromUs.high : message.fromUs !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).int64(message.fromUs);
                if (message.toUs != null && $Object.hasOwnProperty.call(message, "toUs") && (typeof message.toUs === "object" ? message.toUs.low || message.toUs.high : message.toUs !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).int64(message.toUs);
                if (message.channels != null && message.channels.length)
                    for (let i = 0; i < message.channels.length; ++i)
                        writer.uint32(/* id 8, wireType 2 =*/66).string(message.channels[i]);
                if (message.privateChannels != null && message.privateChannels.length)
                    for (let i = 0; i < message.privateChannels.length; ++i)
                        writer.uint32(/* id 9, wireType 2 =*/74).string(message.privateChannels[i]);
                if (message.values != null && $Object.hasOwnProperty.call(message, "values") && message.values.length)
                    writer.uint32(/* id 10, wireType 2 =*/82).bytes(message.values);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 11, wireType 2 =*/90).string(message.reason);
                if (message.inclusion != null && $Object.hasOwnProperty.call(message, "inclusion") && !$Object.is(message.inclusion, 0))
                    writer.uint32(/* id 12, wireType 1 =*/97).double(message.inclusion);
                if (message.score != null && $Object.hasOwnProperty.call(message, "score") && !$Object.is(message.score, 0))
                    writer.uint32(/* id 13, wireType 1 =*/105).double(message.score);
                if (message.threshold != null && $Object.hasOwnProperty.call(message, "threshold") && !$Object.is(message.threshold, 0))
                    writer.uint32(/* id 14, wireType 1 =*/113).double(message.threshold);
                if (message.policy != null && $Object.hasOwnProperty.call(message, "policy") && message.policy !== 0)
                    writer.uint32(/* id 15, wireType 0 =*/120).uint32(message.policy);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a CapturedWindow message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.CapturedWindow
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.CapturedWindow & skerry.v1.CapturedWindow.$Shape} CapturedWindow
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            CapturedWindow.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.CapturedWindow();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.pipeline = value;
                            else
                                delete message.pipeline;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.device = value;
                            else
                                delete message.device;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.release = value;
                            else
                                delete message.release;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.releaseDigest = value;
                            else
                                delete message.releaseDigest;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.fromUs = value;
                            else
                                delete message.fromUs;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.toUs = value;
                            else
                                delete message.toUs;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (!(message.channels && message.channels.length))
                                message.channels = [];
                            message.channels.push(reader.stringVerify());
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if (!(message.privateChannels && message.privateChannels.length))
                                message.privateChannels = [];
                            message.privateChannels.push(reader.stringVerify());
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.values = value;
                            else
                                delete message.values;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.inclusion = value;
                            else
                                delete message.inclusion;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.score = value;
                            else
                                delete message.score;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.threshold = value;
                            else
                                delete message.threshold;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.policy = value;
                            else
                                delete message.policy;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return CapturedWindow;
        })();

        v1.LaneRange = (function() {

            /**
             * Properties of a LaneRange.
             * @typedef {Object} skerry.v1.LaneRange.$Properties
             * @property {skerry.v1.Lane|null} [lane] LaneRange lane
             * @property {number|null} [firstPending] LaneRange firstPending
             * @property {number|null} [last] LaneRange last
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a LaneRange.
             * @memberof skerry.v1
             * @interface ILaneRange
             * @augments skerry.v1.LaneRange.$Properties
             * @deprecated Use skerry.v1.LaneRange.$Properties instead.
             */

            /**
             * Shape of a LaneRange.
             * @typedef {skerry.v1.LaneRange.$Properties} skerry.v1.LaneRange.$Shape
             */

            /**
             * Constructs a new LaneRange.
             * @memberof skerry.v1
             * @classdesc Represents a LaneRange.
             * @constructor
             * @param {skerry.v1.LaneRange.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const LaneRange = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * LaneRange lane.
             * @member {skerry.v1.Lane} lane
             * @memberof skerry.v1.LaneRange
             * @instance
             */
            LaneRange.prototype.lane = 0;

            /**
             * LaneRange firstPending.
             * @member {number} firstPending
             * @memberof skerry.v1.LaneRange
             * @instance
             */
            LaneRange.prototype.firstPending = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * LaneRange last.
             * @member {number} last
             * @memberof skerry.v1.LaneRange
             * @instance
             */
            LaneRange.prototype.last = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified LaneRange message. Does not implicitly {@link skerry.v1.LaneRange.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.LaneRange
             * @static
             * @param {skerry.v1.LaneRange.$Properties} message LaneRange message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            LaneRange.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.lane != null && $Object.hasOwnProperty.call(message, "lane") && message.lane !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.lane);
                if (message.firstPending != null && $Object.hasOwnProperty.call(message, "firstPending") && (typeof message.firstPending === "object" ? message.firstPending.low || message.firstPending.high : message.firstPending !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.firstPending);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last") && (typeof message.last === "object" ? message.last.low || message.last.high : message.last !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.last);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a LaneRange message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.LaneRange
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.LaneRange & skerry.v1.LaneRange.$Shape} LaneRange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            LaneRange.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.LaneRange();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.lane = value;
                            else
                                delete message.lane;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.firstPending = value;
                            else
                                delete message.firstPending;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.last = value;
                            else
                                delete message.last;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return LaneRange;
        })();

        v1.ClockReading = (function() {

            /**
             * Properties of a ClockReading.
             * @typedef {Object} skerry.v1.ClockReading.$Properties
             * @property {string|null} [boot] ClockReading boot
             * @property {number|null} [monoMs] ClockReading monoMs
             * @property {number|null} [wallMs] ClockReading wallMs
             * @property {number|null} [uncertaintyMs] ClockReading uncertaintyMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ClockReading.
             * @memberof skerry.v1
             * @interface IClockReading
             * @augments skerry.v1.ClockReading.$Properties
             * @deprecated Use skerry.v1.ClockReading.$Properties instead.
             */

            /**
             * Shape of a ClockReading.
             * @typedef {skerry.v1.ClockReading.$Properties} skerry.v1.ClockReading.$Shape
             */

            /**
             * Constructs a new ClockReading.
             * @memberof skerry.v1
             * @classdesc Represents a ClockReading.
             * @constructor
             * @param {skerry.v1.ClockReading.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ClockReading = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ClockReading boot.
             * @member {string} boot
             * @memberof skerry.v1.ClockReading
             * @instance
             */
            ClockReading.prototype.boot = "";

            /**
             * ClockReading monoMs.
             * @member {number} monoMs
             * @memberof skerry.v1.ClockReading
             * @instance
             */
            ClockReading.prototype.monoMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ClockReading wallMs.
             * @member {number} wallMs
             * @memberof skerry.v1.ClockReading
             * @instance
             */
            ClockReading.prototype.wallMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * ClockReading uncertaintyMs.
             * @member {number} uncertaintyMs
             * @memberof skerry.v1.ClockReading
             * @instance
             */
            ClockReading.prototype.uncertaintyMs = 0;

            /**
             * Encodes the specified ClockReading message. Does not implicitly {@link skerry.v1.ClockReading.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.ClockReading
             * @static
             * @param {skerry.v1.ClockReading.$Properties} message ClockReading message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ClockReading.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.boot != null && $Object.hasOwnProperty.call(message, "boot") && message.boot !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.boot);
                if (message.monoMs != null && $Object.hasOwnProperty.call(message, "monoMs") && (typeof message.monoMs === "object" ? message.monoMs.low || message.monoMs.high : message.monoMs !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.monoMs);
                if (message.wallMs != null && $Object.hasOwnProperty.call(message, "wallMs") && (typeof message.wallMs === "object" ? message.wallMs.low || message.wallMs.high : message.wallMs !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).int64(message.wallMs);
                if (message.uncertaintyMs != null && $Object.hasOwnProperty.call(message, "uncertaintyMs") && message.uncertaintyMs !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.uncertaintyMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ClockReading message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.ClockReading
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.ClockReading & skerry.v1.ClockReading.$Shape} ClockReading
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ClockReading.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.ClockReading();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.boot = value;
                            else
                                delete message.boot;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.monoMs = value;
                            else
                                delete message.monoMs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.wallMs = value;
                            else
                                delete message.wallMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.uncertaintyMs = value;
                            else
                                delete message.uncertaintyMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ClockReading;
        })();

        v1.Reported = (function() {

            /**
             * Properties of a Reported.
             * @typedef {Object} skerry.v1.Reported.$Properties
             * @property {string|null} [version] Reported version
             * @property {Object.<string,string>|null} [labels] Reported labels
             * @property {Object.<string,string>|null} [facts] Reported facts
             * @property {Array.<skerry.v1.ReportedPipeline.$Properties>|null} [pipelines] Reported pipelines
             * @property {Array.<skerry.v1.UnclaimedTopic.$Properties>|null} [unclaimed] Reported unclaimed
             * @property {number|null} [unclaimedMessages] Reported unclaimedMessages
             * @property {number|null} [appliedGeneration] Reported appliedGeneration
             * @property {Array.<string>|null} [devices] Reported devices
             * @property {Object.<string,number>|null} [trusted] Reported trusted
             * @property {number|null} [arrivalAheadMs] Reported arrivalAheadMs
             * @property {string|null} [trustProblem] Reported trustProblem
             * @property {Array.<skerry.v1.ReleaseEvidence.$Properties>|null} [evidence] Reported evidence
             * @property {boolean|null} [evidenceUnsaid] Reported evidenceUnsaid
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Reported.
             * @memberof skerry.v1
             * @interface IReported
             * @augments skerry.v1.Reported.$Properties
             * @deprecated Use skerry.v1.Reported.$Properties instead.
             */

            /**
             * Shape of a Reported.
             * @typedef {skerry.v1.Reported.$Properties} skerry.v1.Reported.$Shape
             */

            /**
             * Constructs a new Reported.
             * @memberof skerry.v1
             * @classdesc Represents a Reported.
             * @constructor
             * @param {skerry.v1.Reported.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Reported = function (properties) {
                this.labels = {};
                this.facts = {};
                this.pipelines = [];
                this.unclaimed = [];
                this.devices = [];
                this.trusted = {};
                this.evidence = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Reported version.
             * @member {string} version
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.version = "";

            /**
             * Reported labels.
             * @member {Object.<string,string>} labels
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.labels = $util.emptyObject;

            /**
             * Reported facts.
             * @member {Object.<string,string>} facts
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.facts = $util.emptyObject;

            /**
             * Reported pipelines.
             * @member {Array.<skerry.v1.ReportedPipeline.$Properties>} pipelines
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.pipelines = $util.emptyArray;

            /**
             * Reported unclaimed.
             * @member {Array.<skerry.v1.UnclaimedTopic.$Properties>} unclaimed
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.unclaimed = $util.emptyArray;

            /**
             * Reported unclaimedMessages.
             * @member {number} unclaimedMessages
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.unclaimedMessages = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Reported appliedGeneration.
             * @member {number} appliedGeneration
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.appliedGeneration = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Reported devices.
             * @member {Array.<string>} devices
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.devices = $util.emptyArray;

            /**
             * Reported trusted.
             * @member {Object.<string,number>} trusted
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.trusted = $util.emptyObject;

            /**
             * Reported arrivalAheadMs.
             * @member {number} arrivalAheadMs
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.arrivalAheadMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Reported trustProblem.
             * @member {string} trustProblem
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.trustProblem = "";

            /**
             * Reported evidence.
             * @member {Array.<skerry.v1.ReleaseEvidence.$Properties>} evidence
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.evidence = $util.emptyArray;

            /**
             * Reported evidenceUnsaid.
             * @member {boolean} evidenceUnsaid
             * @memberof skerry.v1.Reported
             * @instance
             */
            Reported.prototype.evidenceUnsaid = false;

            /**
             * Encodes the specified Reported message. Does not implicitly {@link skerry.v1.Reported.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.Reported
             * @static
             * @param {skerry.v1.Reported.$Properties} message Reported message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Reported.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.version);
                if (message.labels != null && $Object.hasOwnProperty.call(message, "labels"))
                    for (let keys = $Object.keys(message.labels), i = 0; i < keys.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 2 =*/18).string(message.labels[keys[i]]).ldelim();
                if (message.facts != null && $Object.hasOwnProperty.call(message, "facts"))
                    for (let keys = $Object.keys(message.facts), i = 0; i < keys.length; ++i)
                        writer.uint32(/* id 3, wireType 2 =*/26).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 2 =*/18).string(message.facts[keys[i]]).ldelim();
                if (message.pipelines != null && message.pipelines.length)
                    for (let i = 0; i < message.pipelines.length; ++i)
                        $root.skerry.v1.ReportedPipeline.encode(message.pipelines[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.unclaimed != null && message.unclaimed.length)
                    for (let i = 0; i < message.unclaimed.length; ++i)
                        $root.skerry.v1.UnclaimedTopic.encode(message.unclaimed[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.unclaimedMessages != null && $Object.hasOwnProperty.call(message, "unclaimedMessages") && (typeof message.unclaimedMessages === "object" ? message.unclaimedMessages.low || message.unclaimedMessages.high : message.unclaimedMessages !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.unclaimedMessages);
                if (message.appliedGeneration != null && $Object.hasOwnProperty.call(message, "appliedGeneration") && (typeof message.appliedGeneration === "object" ? message.appliedGeneration.low || message.appliedGeneration.high : message.appliedGeneration !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.appliedGeneration);
                if (message.devices != null && message.devices.length)
                    for (let i = 0; i < message.devices.length; ++i)
                        writer.uint32(/* id 8, wireType 2 =*/66).string(message.devices[i]);
                if (message.trusted != null && $Object.hasOwnProperty.call(message, "trusted"))
                    for (let keys = $Object.keys(message.trusted), i = 0; i < keys.length; ++i)
                        writer.uint32(/* id 9, wireType 2 =*/74).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 0 =*/16).uint64(message.trusted[keys[i]]).ldelim();
                if (message.arrivalAheadMs != null && $Object.hasOwnProperty.call(message, "arrivalAheadMs") && (typeof message.arrivalAheadMs === "object" ? message.arrivalAheadMs.low || message.arrivalAheadMs.high : message.arrivalAheadMs !== 0))
                    writer.uint32(/* id 10, wireType 0 =*/80).uint64(message.arrivalAheadMs);
                if (message.trustProblem != null && $Object.hasOwnProperty.call(message, "trustProblem") && message.trustProblem !== "")
                    writer.uint32(/* id 20, wireType 2 =*/162).string(message.trustProblem);
                if (message.evidence != null && message.evidence.length)
                    for (let i = 0; i < message.evidence.length; ++i)
                        $root.skerry.v1.ReleaseEvidence.encode(message.evidence[i], writer.uint32(/* id 21, wireType 2 =*/170).fork(), _depth + 1).ldelim();
                if (message.evidenceUnsaid != null && $Object.hasOwnProperty.call(message, "evidenceUnsaid") && message.evidenceUnsaid !== false)
                    writer.uint32(/* id 22, wireType 0 =*/176).bool(message.evidenceUnsaid);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Reported message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.Reported
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.Reported & skerry.v1.Reported.$Shape} Reported
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Reported.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, key, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.Reported();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (message.labels === $util.emptyObject)
                                message.labels = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = "";
                            while (reader.pos < end2) {
                                let tag2 = reader.tag();
                                wireType = tag2 & 7;
                                switch (tag2 >>>= 3) {
                                case 1:
                                    if (wireType !== 2)
                                        break;
                                    key = reader.stringVerify();
                                    continue;
                                case 2:
                                    if (wireType !== 2)
                                        break;
                                    value = reader.stringVerify();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.labels, key);
                            message.labels[key] = value;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (message.facts === $util.emptyObject)
                                message.facts = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = "";
                            while (reader.pos < end2) {
                                let tag2 = reader.tag();
                                wireType = tag2 & 7;
                                switch (tag2 >>>= 3) {
                                case 1:
                                    if (wireType !== 2)
                                        break;
                                    key = reader.stringVerify();
                                    continue;
                                case 2:
                                    if (wireType !== 2)
                                        break;
                                    value = reader.stringVerify();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.facts, key);
                            message.facts[key] = value;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.pipelines && message.pipelines.length))
                                message.pipelines = [];
                            message.pipelines.push($root.skerry.v1.ReportedPipeline.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.unclaimed && message.unclaimed.length))
                                message.unclaimed = [];
                            message.unclaimed.push($root.skerry.v1.UnclaimedTopic.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.unclaimedMessages = value;
                            else
                                delete message.unclaimedMessages;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.appliedGeneration = value;
                            else
                                delete message.appliedGeneration;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (!(message.devices && message.devices.length))
                                message.devices = [];
                            message.devices.push(reader.stringVerify());
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if (message.trusted === $util.emptyObject)
                                message.trusted = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = $util.Long ? $util.Long.fromNumber(0, true) : 0;
                            while (reader.pos < end2) {
                                let tag2 = reader.tag();
                                wireType = tag2 & 7;
                                switch (tag2 >>>= 3) {
                                case 1:
                                    if (wireType !== 2)
                                        break;
                                    key = reader.stringVerify();
                                    continue;
                                case 2:
                                    if (wireType !== 0)
                                        break;
                                    value = reader.uint64();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.trusted, key);
                            message.trusted[key] = value;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.arrivalAheadMs = value;
                            else
                                delete message.arrivalAheadMs;
                            continue;
                        }
                    case 20: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.trustProblem = value;
                            else
                                delete message.trustProblem;
                            continue;
                        }
                    case 21: {
                            if (wireType !== 2)
                                break;
                            if (!(message.evidence && message.evidence.length))
                                message.evidence = [];
                            message.evidence.push($root.skerry.v1.ReleaseEvidence.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 22: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.evidenceUnsaid = value;
                            else
                                delete message.evidenceUnsaid;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Reported;
        })();

        v1.ReleaseEvidence = (function() {

            /**
             * Properties of a ReleaseEvidence.
             * @typedef {Object} skerry.v1.ReleaseEvidence.$Properties
             * @property {string|null} [pipeline] ReleaseEvidence pipeline
             * @property {string|null} [releaseDigest] ReleaseEvidence releaseDigest
             * @property {skerry.v1.Role|null} [role] ReleaseEvidence role
             * @property {number|null} [activeMs] ReleaseEvidence activeMs
             * @property {number|null} [windows] ReleaseEvidence windows
             * @property {number|null} [errors] ReleaseEvidence errors
             * @property {number|null} [nonFinite] ReleaseEvidence nonFinite
             * @property {number|null} [alerts] ReleaseEvidence alerts
             * @property {number|null} [alertWindows] ReleaseEvidence alertWindows
             * @property {skerry.v1.LatencySketch.$Properties|null} [latency] ReleaseEvidence latency
             * @property {Array.<skerry.v1.OutputHistogram.$Properties>|null} [outputs] ReleaseEvidence outputs
             * @property {number|null} [confidences] ReleaseEvidence confidences
             * @property {number|null} [confidenceSum] ReleaseEvidence confidenceSum
             * @property {number|null} [memoryBytes] ReleaseEvidence memoryBytes
             * @property {number|null} [restarts] ReleaseEvidence restarts
             * @property {Array.<skerry.v1.GoldenOutcome.$Properties>|null} [golden] ReleaseEvidence golden
             * @property {skerry.v1.ShadowComparison.$Properties|null} [shadow] ReleaseEvidence shadow
             * @property {skerry.v1.Reversion.$Properties|null} [reverted] ReleaseEvidence reverted
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ReleaseEvidence.
             * @memberof skerry.v1
             * @interface IReleaseEvidence
             * @augments skerry.v1.ReleaseEvidence.$Properties
             * @deprecated Use skerry.v1.ReleaseEvidence.$Properties instead.
             */

            /**
             * Shape of a ReleaseEvidence.
             * @typedef {skerry.v1.ReleaseEvidence.$Properties} skerry.v1.ReleaseEvidence.$Shape
             */

            /**
             * Constructs a new ReleaseEvidence.
             * @memberof skerry.v1
             * @classdesc Represents a ReleaseEvidence.
             * @constructor
             * @param {skerry.v1.ReleaseEvidence.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ReleaseEvidence = function (properties) {
                this.outputs = [];
                this.golden = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ReleaseEvidence pipeline.
             * @member {string} pipeline
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.pipeline = "";

            /**
             * ReleaseEvidence releaseDigest.
             * @member {string} releaseDigest
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.releaseDigest = "";

            /**
             * ReleaseEvidence role.
             * @member {skerry.v1.Role} role
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.role = 0;

            /**
             * ReleaseEvidence activeMs.
             * @member {number} activeMs
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.activeMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ReleaseEvidence windows.
             * @member {number} windows
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.windows = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ReleaseEvidence errors.
             * @member {number} errors
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.errors = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ReleaseEvidence nonFinite.
             * @member {number} nonFinite
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.nonFinite = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ReleaseEvidence alerts.
             * @member {number} alerts
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.alerts = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ReleaseEvidence alertWindows.
             * @member {number} alertWindows
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.alertWindows = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ReleaseEvidence latency.
             * @member {skerry.v1.LatencySketch.$Properties|null|undefined} latency
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.latency = null;

            /**
             * ReleaseEvidence outputs.
             * @member {Array.<skerry.v1.OutputHistogram.$Properties>} outputs
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.outputs = $util.emptyArray;

            /**
             * ReleaseEvidence confidences.
             * @member {number} confidences
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.confidences = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ReleaseEvidence confidenceSum.
             * @member {number} confidenceSum
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.confidenceSum = 0;

            /**
             * ReleaseEvidence memoryBytes.
             * @member {number} memoryBytes
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.memoryBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ReleaseEvidence restarts.
             * @member {number} restarts
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.restarts = 0;

            /**
             * ReleaseEvidence golden.
             * @member {Array.<skerry.v1.GoldenOutcome.$Properties>} golden
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.golden = $util.emptyArray;

            /**
             * ReleaseEvidence shadow.
             * @member {skerry.v1.ShadowComparison.$Properties|null|undefined} shadow
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.shadow = null;

            /**
             * ReleaseEvidence reverted.
             * @member {skerry.v1.Reversion.$Properties|null|undefined} reverted
             * @memberof skerry.v1.ReleaseEvidence
             * @instance
             */
            ReleaseEvidence.prototype.reverted = null;

            /**
             * Encodes the specified ReleaseEvidence message. Does not implicitly {@link skerry.v1.ReleaseEvidence.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.ReleaseEvidence
             * @static
             * @param {skerry.v1.ReleaseEvidence.$Properties} message ReleaseEvidence message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ReleaseEvidence.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.pipeline != null && $Object.hasOwnProperty.call(message, "pipeline") && message.pipeline !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.pipeline);
                if (message.releaseDigest != null && $Object.hasOwnProperty.call(message, "releaseDigest") && message.releaseDigest !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.releaseDigest);
                if (message.role != null && $Object.hasOwnProperty.call(message, "role") && message.role !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).int32(message.role);
                if (message.activeMs != null && $Object.hasOwnProperty.call(message, "activeMs") && (typeof message.activeMs === "object" ? message.activeMs.low || message.activeMs.high : message.activeMs !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.activeMs);
                if (message.windows != null && $Object.hasOwnProperty.call(message, "windows") && (typeof message.windows === "object" ? message.windows.low || message.windows.high : message.windows !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.windows);
                if (message.errors != null && $Object.hasOwnProperty.call(message, "errors") && (typeof message.errors === "object" ? message.errors.low || message.errors.high : message.errors !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.errors);
                if (message.nonFinite != null && $Object.hasOwnProperty.call(message, "nonFinite") && (typeof message.nonFinite === "object" ? message.nonFinite.low || message.nonFinite.high : message.nonFinite !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.nonFinite);
                if (message.alerts != null && $Object.hasOwnProperty.call(message, "alerts") && (typeof message.alerts === "object" ? message.alerts.low || message.alerts.high : message.alerts !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.alerts);
                if (message.alertWindows != null && $Object.hasOwnProperty.call(message, "alertWindows") && (typeof message.alertWindows === "object" ? message.alertWindows.low || message.alertWindows.high : message.alertWindows !== 0))
                    writer.uint32(/* id 9, wireType 0 =*/72).uint64(message.alertWindows);
                if (message.latency != null && $Object.hasOwnProperty.call(message, "latency"))
                    $root.skerry.v1.LatencySketch.encode(message.latency, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.outputs != null && message.outputs.length)
                    for (let i = 0; i < message.outputs.length; ++i)
                        $root.skerry.v1.OutputHistogram.encode(message.outputs[i], writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.confidences != null && $Object.hasOwnProperty.call(message, "confidences") && (typeof message.confidences === "object" ? message.confidences.low || message.confidences.high : message.confidences !== 0))
                    writer.uint32(/* id 12, wireType 0 =*/96).uint64(message.confidences);
                if (message.confidenceSum != null && $Object.hasOwnProperty.call(message, "confidenceSum") && !$Object.is(message.confidenceSum, 0))
                    writer.uint32(/* id 13, wireType 1 =*/105).double(message.confidenceSum);
                if (message.memoryBytes != null && $Object.hasOwnProperty.call(message, "memoryBytes") && (typeof message.memoryBytes === "object" ? message.memoryBytes.low || message.memoryBytes.high : message.memoryBytes !== 0))
                    writer.uint32(/* id 14, wireType 0 =*/112).uint64(message.memoryBytes);
                if (message.restarts != null && $Object.hasOwnProperty.call(message, "restarts") && message.restarts !== 0)
                    writer.uint32(/* id 15, wireType 0 =*/120).uint32(message.restarts);
                if (message.golden != null && message.golden.length)
                    for (let i = 0; i < message.golden.length; ++i)
                        $root.skerry.v1.GoldenOutcome.encode(message.golden[i], writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
                if (message.shadow != null && $Object.hasOwnProperty.call(message, "shadow"))
                    $root.skerry.v1.ShadowComparison.encode(message.shadow, writer.uint32(/* id 17, wireType 2 =*/138).fork(), _depth + 1).ldelim();
                if (message.reverted != null && $Object.hasOwnProperty.call(message, "reverted"))
                    $root.skerry.v1.Reversion.encode(message.reverted, writer.uint32(/* id 18, wireType 2 =*/146).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ReleaseEvidence message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.ReleaseEvidence
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.ReleaseEvidence & skerry.v1.ReleaseEvidence.$Shape} ReleaseEvidence
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ReleaseEvidence.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.ReleaseEvidence();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.pipeline = value;
                            else
                                delete message.pipeline;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.releaseDigest = value;
                            else
                                delete message.releaseDigest;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.role = value;
                            else
                                delete message.role;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.activeMs = value;
                            else
                                delete message.activeMs;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.windows = value;
                            else
                                delete message.windows;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.errors = value;
                            else
                                delete message.errors;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.nonFinite = value;
                            else
                                delete message.nonFinite;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.alerts = value;
                            else
                                delete message.alerts;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.alertWindows = value;
                            else
                                delete message.alertWindows;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.latency = $root.skerry.v1.LatencySketch.decode(reader, reader.size(), $undefined, _depth + 1, message.latency);
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if (!(message.outputs && message.outputs.length))
                                message.outputs = [];
                            message.outputs.push($root.skerry.v1.OutputHistogram.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.confidences = value;
                            else
                                delete message.confidences;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.confidenceSum = value;
                            else
                                delete message.confidenceSum;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.memoryBytes = value;
                            else
                                delete message.memoryBytes;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.restarts = value;
                            else
                                delete message.restarts;
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            if (!(message.golden && message.golden.length))
                                message.golden = [];
                            message.golden.push($root.skerry.v1.GoldenOutcome.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 17: {
                            if (wireType !== 2)
                                break;
                            message.shadow = $root.skerry.v1.ShadowComparison.decode(reader, reader.size(), $undefined, _depth + 1, message.shadow);
                            continue;
                        }
                    case 18: {
                            if (wireType !== 2)
                                break;
                            message.reverted = $root.skerry.v1.Reversion.decode(reader, reader.size(), $undefined, _depth + 1, message.reverted);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ReleaseEvidence;
        })();

        v1.LatencySketch = (function() {

            /**
             * Properties of a LatencySketch.
             * @typedef {Object} skerry.v1.LatencySketch.$Properties
             * @property {number|null} [gamma] LatencySketch gamma
             * @property {number|null} [offset] LatencySketch offset
             * @property {Array.<number>|null} [counts] LatencySketch counts
             * @property {number|null} [zeros] LatencySketch zeros
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a LatencySketch.
             * @memberof skerry.v1
             * @interface ILatencySketch
             * @augments skerry.v1.LatencySketch.$Properties
             * @deprecated Use skerry.v1.LatencySketch.$Properties instead.
             */

            /**
             * Shape of a LatencySketch.
             * @typedef {skerry.v1.LatencySketch.$Properties} skerry.v1.LatencySketch.$Shape
             */

            /**
             * Constructs a new LatencySketch.
             * @memberof skerry.v1
             * @classdesc Represents a LatencySketch.
             * @constructor
             * @param {skerry.v1.LatencySketch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const LatencySketch = function (properties) {
                this.counts = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * LatencySketch gamma.
             * @member {number} gamma
             * @memberof skerry.v1.LatencySketch
             * @instance
             */
            LatencySketch.prototype.gamma = 0;

            /**
             * LatencySketch offset.
             * @member {number} offset
             * @memberof skerry.v1.LatencySketch
             * @instance
             */
            LatencySketch.prototype.offset = 0;

            /**
             * LatencySketch counts.
             * @member {Array.<number>} counts
             * @memberof skerry.v1.LatencySketch
             * @instance
             */
            LatencySketch.prototype.counts = $util.emptyArray;

            /**
             * LatencySketch zeros.
             * @member {number} zeros
             * @memberof skerry.v1.LatencySketch
             * @instance
             */
            LatencySketch.prototype.zeros = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified LatencySketch message. Does not implicitly {@link skerry.v1.LatencySketch.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.LatencySketch
             * @static
             * @param {skerry.v1.LatencySketch.$Properties} message LatencySketch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            LatencySketch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.gamma != null && $Object.hasOwnProperty.call(message, "gamma") && !$Object.is(message.gamma, 0))
                    writer.uint32(/* id 1, wireType 1 =*/9).double(message.gamma);
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && message.offset !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).sint32(message.offset);
                if (message.counts != null && message.counts.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint64s(message.counts);
                if (message.zeros != null && $Object.hasOwnProperty.call(message, "zeros") && (typeof message.zeros === "object" ? message.zeros.low || message.zeros.high : message.zeros !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.zeros);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a LatencySketch message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.LatencySketch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.LatencySketch & skerry.v1.LatencySketch.$Shape} LatencySketch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            LatencySketch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.LatencySketch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.gamma = value;
                            else
                                delete message.gamma;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.sint32())
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.counts && message.counts.length))
                                    message.counts = [];
                                reader.uint64s(message.counts);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.counts && message.counts.length))
                                message.counts = [];
                            message.counts.push(reader.uint64());
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.zeros = value;
                            else
                                delete message.zeros;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return LatencySketch;
        })();

        v1.OutputHistogram = (function() {

            /**
             * Properties of an OutputHistogram.
             * @typedef {Object} skerry.v1.OutputHistogram.$Properties
             * @property {string|null} [name] OutputHistogram name
             * @property {Array.<number>|null} [counts] OutputHistogram counts
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an OutputHistogram.
             * @memberof skerry.v1
             * @interface IOutputHistogram
             * @augments skerry.v1.OutputHistogram.$Properties
             * @deprecated Use skerry.v1.OutputHistogram.$Properties instead.
             */

            /**
             * Shape of an OutputHistogram.
             * @typedef {skerry.v1.OutputHistogram.$Properties} skerry.v1.OutputHistogram.$Shape
             */

            /**
             * Constructs a new OutputHistogram.
             * @memberof skerry.v1
             * @classdesc Represents an OutputHistogram.
             * @constructor
             * @param {skerry.v1.OutputHistogram.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const OutputHistogram = function (properties) {
                this.counts = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * OutputHistogram name.
             * @member {string} name
             * @memberof skerry.v1.OutputHistogram
             * @instance
             */
            OutputHistogram.prototype.name = "";

            /**
             * OutputHistogram counts.
             * @member {Array.<number>} counts
             * @memberof skerry.v1.OutputHistogram
             * @instance
             */
            OutputHistogram.prototype.counts = $util.emptyArray;

            /**
             * Encodes the specified OutputHistogram message. Does not implicitly {@link skerry.v1.OutputHistogram.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.OutputHistogram
             * @static
             * @param {skerry.v1.OutputHistogram.$Properties} message OutputHistogram message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            OutputHistogram.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.counts != null && message.counts.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint64s(message.counts);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an OutputHistogram message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.OutputHistogram
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.OutputHistogram & skerry.v1.OutputHistogram.$Shape} OutputHistogram
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            OutputHistogram.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.OutputHistogram();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.counts && message.counts.length))
                                    message.counts = [];
                                reader.uint64s(message.counts);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.counts && message.counts.length))
                                message.counts = [];
                            message.counts.push(reader.uint64());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return OutputHistogram;
        })();

        v1.ShadowComparison = (function() {

            /**
             * Properties of a ShadowComparison.
             * @typedef {Object} skerry.v1.ShadowComparison.$Properties
             * @property {number|null} [matched] ShadowComparison matched
             * @property {number|null} [flips] ShadowComparison flips
             * @property {number|null} [sumDistance] ShadowComparison sumDistance
             * @property {number|null} [sumSqDistance] ShadowComparison sumSqDistance
             * @property {number|null} [shedWindows] ShadowComparison shedWindows
             * @property {string|null} [championDigest] ShadowComparison championDigest
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ShadowComparison.
             * @memberof skerry.v1
             * @interface IShadowComparison
             * @augments skerry.v1.ShadowComparison.$Properties
             * @deprecated Use skerry.v1.ShadowComparison.$Properties instead.
             */

            /**
             * Shape of a ShadowComparison.
             * @typedef {skerry.v1.ShadowComparison.$Properties} skerry.v1.ShadowComparison.$Shape
             */

            /**
             * Constructs a new ShadowComparison.
             * @memberof skerry.v1
             * @classdesc Represents a ShadowComparison.
             * @constructor
             * @param {skerry.v1.ShadowComparison.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ShadowComparison = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ShadowComparison matched.
             * @member {number} matched
             * @memberof skerry.v1.ShadowComparison
             * @instance
             */
            ShadowComparison.prototype.matched = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ShadowComparison flips.
             * @member {number} flips
             * @memberof skerry.v1.ShadowComparison
             * @instance
             */
            ShadowComparison.prototype.flips = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ShadowComparison sumDistance.
             * @member {number} sumDistance
             * @memberof skerry.v1.ShadowComparison
             * @instance
             */
            ShadowComparison.prototype.sumDistance = 0;

            /**
             * ShadowComparison sumSqDistance.
             * @member {number} sumSqDistance
             * @memberof skerry.v1.ShadowComparison
             * @instance
             */
            ShadowComparison.prototype.sumSqDistance = 0;

            /**
             * ShadowComparison shedWindows.
             * @member {number} shedWindows
             * @memberof skerry.v1.ShadowComparison
             * @instance
             */
            ShadowComparison.prototype.shedWindows = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ShadowComparison championDigest.
             * @member {string} championDigest
             * @memberof skerry.v1.ShadowComparison
             * @instance
             */
            ShadowComparison.prototype.championDigest = "";

            /**
             * Encodes the specified ShadowComparison message. Does not implicitly {@link skerry.v1.ShadowComparison.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.ShadowComparison
             * @static
             * @param {skerry.v1.ShadowComparison.$Properties} message ShadowComparison message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ShadowComparison.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.matched != null && $Object.hasOwnProperty.call(message, "matched") && (typeof message.matched === "object" ? message.matched.low || message.matched.high : message.matched !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.matched);
                if (message.flips != null && $Object.hasOwnProperty.call(message, "flips") && (typeof message.flips === "object" ? message.flips.low || message.flips.high : message.flips !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.flips);
                if (message.sumDistance != null && $Object.hasOwnProperty.call(message, "sumDistance") && !$Object.is(message.sumDistance, 0))
                    writer.uint32(/* id 3, wireType 1 =*/25).double(message.sumDistance);
                if (message.sumSqDistance != null && $Object.hasOwnProperty.call(message, "sumSqDistance") && !$Object.is(message.sumSqDistance, 0))
                    writer.uint32(/* id 4, wireType 1 =*/33).double(message.sumSqDistance);
                if (message.shedWindows != null && $Object.hasOwnProperty.call(message, "shedWindows") && (typeof message.shedWindows === "object" ? message.shedWindows.low || message.shedWindows.high : message.shedWindows !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.shedWindows);
                if (message.championDigest != null && $Object.hasOwnProperty.call(message, "championDigest") && message.championDigest !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.championDigest);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ShadowComparison message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.ShadowComparison
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.ShadowComparison & skerry.v1.ShadowComparison.$Shape} ShadowComparison
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ShadowComparison.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.ShadowComparison();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.matched = value;
                            else
                                delete message.matched;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.flips = value;
                            else
                                delete message.flips;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.sumDistance = value;
                            else
                                delete message.sumDistance;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.sumSqDistance = value;
                            else
                                delete message.sumSqDistance;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.shedWindows = value;
                            else
                                delete message.shedWindows;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.championDigest = value;
                            else
                                delete message.championDigest;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ShadowComparison;
        })();

        v1.Reversion = (function() {

            /**
             * Properties of a Reversion.
             * @typedef {Object} skerry.v1.Reversion.$Properties
             * @property {string|null} [reason] Reversion reason
             * @property {number|null} [wallMs] Reversion wallMs
             * @property {Uint8Array|null} [signature] Reversion signature
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Reversion.
             * @memberof skerry.v1
             * @interface IReversion
             * @augments skerry.v1.Reversion.$Properties
             * @deprecated Use skerry.v1.Reversion.$Properties instead.
             */

            /**
             * Shape of a Reversion.
             * @typedef {skerry.v1.Reversion.$Properties} skerry.v1.Reversion.$Shape
             */

            /**
             * Constructs a new Reversion.
             * @memberof skerry.v1
             * @classdesc Represents a Reversion.
             * @constructor
             * @param {skerry.v1.Reversion.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Reversion = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Reversion reason.
             * @member {string} reason
             * @memberof skerry.v1.Reversion
             * @instance
             */
            Reversion.prototype.reason = "";

            /**
             * Reversion wallMs.
             * @member {number} wallMs
             * @memberof skerry.v1.Reversion
             * @instance
             */
            Reversion.prototype.wallMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Reversion signature.
             * @member {Uint8Array} signature
             * @memberof skerry.v1.Reversion
             * @instance
             */
            Reversion.prototype.signature = $util.newBuffer([]);

            /**
             * Encodes the specified Reversion message. Does not implicitly {@link skerry.v1.Reversion.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.Reversion
             * @static
             * @param {skerry.v1.Reversion.$Properties} message Reversion message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Reversion.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.reason);
                if (message.wallMs != null && $Object.hasOwnProperty.call(message, "wallMs") && (typeof message.wallMs === "object" ? message.wallMs.low || message.wallMs.high : message.wallMs !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).int64(message.wallMs);
                if (message.signature != null && $Object.hasOwnProperty.call(message, "signature") && message.signature.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.signature);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Reversion message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.Reversion
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.Reversion & skerry.v1.Reversion.$Shape} Reversion
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Reversion.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.Reversion();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.wallMs = value;
                            else
                                delete message.wallMs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.signature = value;
                            else
                                delete message.signature;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Reversion;
        })();

        /**
         * Role enum.
         * @name skerry.v1.Role
         * @enum {number}
         * @property {number} ROLE_UNSPECIFIED=0 ROLE_UNSPECIFIED value
         * @property {number} ROLE_ACTIVE=1 ROLE_ACTIVE value
         * @property {number} ROLE_SHADOW=2 ROLE_SHADOW value
         */
        v1.Role = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "ROLE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "ROLE_ACTIVE"] = 1;
            values[valuesById[2] = "ROLE_SHADOW"] = 2;
            return values;
        })();

        /**
         * SlotState enum.
         * @name skerry.v1.SlotState
         * @enum {number}
         * @property {number} SLOT_STATE_UNSPECIFIED=0 SLOT_STATE_UNSPECIFIED value
         * @property {number} SLOT_STATE_FETCHING=1 SLOT_STATE_FETCHING value
         * @property {number} SLOT_STATE_VERIFYING=2 SLOT_STATE_VERIFYING value
         * @property {number} SLOT_STATE_ACTIVE=3 SLOT_STATE_ACTIVE value
         * @property {number} SLOT_STATE_FAILED=4 SLOT_STATE_FAILED value
         * @property {number} SLOT_STATE_WAITING=5 SLOT_STATE_WAITING value
         */
        v1.SlotState = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "SLOT_STATE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "SLOT_STATE_FETCHING"] = 1;
            values[valuesById[2] = "SLOT_STATE_VERIFYING"] = 2;
            values[valuesById[3] = "SLOT_STATE_ACTIVE"] = 3;
            values[valuesById[4] = "SLOT_STATE_FAILED"] = 4;
            values[valuesById[5] = "SLOT_STATE_WAITING"] = 5;
            return values;
        })();

        v1.ReportedPipeline = (function() {

            /**
             * Properties of a ReportedPipeline.
             * @typedef {Object} skerry.v1.ReportedPipeline.$Properties
             * @property {string|null} [name] ReportedPipeline name
             * @property {string|null} [wants] ReportedPipeline wants
             * @property {boolean|null} [pinned] ReportedPipeline pinned
             * @property {string|null} [release] ReportedPipeline release
             * @property {string|null} [releaseDigest] ReportedPipeline releaseDigest
             * @property {string|null} [variant] ReportedPipeline variant
             * @property {string|null} [backend] ReportedPipeline backend
             * @property {string|null} [previous] ReportedPipeline previous
             * @property {string|null} [tryingDigest] ReportedPipeline tryingDigest
             * @property {skerry.v1.SlotState|null} [state] ReportedPipeline state
             * @property {string|null} [error] ReportedPipeline error
             * @property {number|null} [policy] ReportedPipeline policy
             * @property {Array.<skerry.v1.GoldenOutcome.$Properties>|null} [golden] ReportedPipeline golden
             * @property {Array.<string>|null} [channels] ReportedPipeline channels
             * @property {number|null} [windows] ReportedPipeline windows
             * @property {number|null} [errors] ReportedPipeline errors
             * @property {number|null} [latencyP95Us] ReportedPipeline latencyP95Us
             * @property {skerry.v1.ReportedShadow.$Properties|null} [shadow] ReportedPipeline shadow
             * @property {string|null} [waitsFor] ReportedPipeline waitsFor
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ReportedPipeline.
             * @memberof skerry.v1
             * @interface IReportedPipeline
             * @augments skerry.v1.ReportedPipeline.$Properties
             * @deprecated Use skerry.v1.ReportedPipeline.$Properties instead.
             */

            /**
             * Shape of a ReportedPipeline.
             * @typedef {skerry.v1.ReportedPipeline.$Properties} skerry.v1.ReportedPipeline.$Shape
             */

            /**
             * Constructs a new ReportedPipeline.
             * @memberof skerry.v1
             * @classdesc Represents a ReportedPipeline.
             * @constructor
             * @param {skerry.v1.ReportedPipeline.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ReportedPipeline = function (properties) {
                this.golden = [];
                this.channels = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ReportedPipeline name.
             * @member {string} name
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.name = "";

            /**
             * ReportedPipeline wants.
             * @member {string} wants
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.wants = "";

            /**
             * ReportedPipeline pinned.
             * @member {boolean} pinned
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.pinned = false;

            /**
             * ReportedPipeline release.
             * @member {string} release
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.release = "";

            /**
             * ReportedPipeline releaseDigest.
             * @member {string} releaseDigest
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.releaseDigest = "";

            /**
             * ReportedPipeline variant.
             * @member {string} variant
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.variant = "";

            /**
             * ReportedPipeline backend.
             * @member {string} backend
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.backend = "";

            /**
             * ReportedPipeline previous.
             * @member {string} previous
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.previous = "";

            /**
             * ReportedPipeline tryingDigest.
             * @member {string} tryingDigest
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.tryingDigest = "";

            /**
             * ReportedPipeline state.
             * @member {skerry.v1.SlotState} state
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.state = 0;

            /**
             * ReportedPipeline error.
             * @member {string} error
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.error = "";

            /**
             * ReportedPipeline policy.
             * @member {number} policy
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.policy = 0;

            /**
             * ReportedPipeline golden.
             * @member {Array.<skerry.v1.GoldenOutcome.$Properties>} golden
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.golden = $util.emptyArray;

            /**
             * ReportedPipeline channels.
             * @member {Array.<string>} channels
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.channels = $util.emptyArray;

            /**
             * ReportedPipeline windows.
             * @member {number} windows
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.windows = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ReportedPipeline errors.
             * @member {number} errors
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.errors = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ReportedPipeline latencyP95Us.
             * @member {number} latencyP95Us
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.latencyP95Us = 0;

            /**
             * ReportedPipeline shadow.
             * @member {skerry.v1.ReportedShadow.$Properties|null|undefined} shadow
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.shadow = null;

            /**
             * ReportedPipeline waitsFor.
             * @member {string} waitsFor
             * @memberof skerry.v1.ReportedPipeline
             * @instance
             */
            ReportedPipeline.prototype.waitsFor = "";

            /**
             * Encodes the specified ReportedPipeline message. Does not implicitly {@link skerry.v1.ReportedPipeline.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.ReportedPipeline
             * @static
             * @param {skerry.v1.ReportedPipeline.$Properties} message ReportedPipeline message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ReportedPipeline.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.wants != null && $Object.hasOwnProperty.call(message, "wants") && message.wants !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.wants);
                if (message.pinned != null && $Object.hasOwnProperty.call(message, "pinned") && message.pinned !== false)
                    writer.uint32(/* id 3, wireType 0 =*/24).bool(message.pinned);
                if (message.release != null && $Object.hasOwnProperty.call(message, "release") && message.release !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.release);
                if (message.releaseDigest != null && $Object.hasOwnProperty.call(message, "releaseDigest") && message.releaseDigest !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.releaseDigest);
                if (message.variant != null && $Object.hasOwnProperty.call(message, "variant") && message.variant !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.variant);
                if (message.backend != null && $Object.hasOwnProperty.call(message, "backend") && message.backend !== "")
                    writer.uint32(/* id 7, wireType 2 =*/58).string(message.backend);
                if (message.previous != null && $Object.hasOwnProperty.call(message, "previous") && message.previous !== "")
                    writer.uint32(/* id 8, wireType 2 =*/66).string(message.previous);
                if (message.tryingDigest != null && $Object.hasOwnProperty.call(message, "tryingDigest") && message.tryingDigest !== "")
                    writer.uint32(/* id 9, wireType 2 =*/74).string(message.tryingDigest);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(/* id 10, wireType 0 =*/80).int32(message.state);
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== "")
                    writer.uint32(/* id 11, wireType 2 =*/90).string(message.error);
                if (message.policy != null && $Object.hasOwnProperty.call(message, "policy") && message.policy !== 0)
                    writer.uint32(/* id 12, wireType 0 =*/96).uint32(message.policy);
                if (message.golden != null && message.golden.length)
                    for (let i = 0; i < message.golden.length; ++i)
                        $root.skerry.v1.GoldenOutcome.encode(message.golden[i], writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.channels != null && message.channels.length)
                    for (let i = 0; i < message.channels.length; ++i)
                        writer.uint32(/* id 14, wireType 2 =*/114).string(message.channels[i]);
                if (message.windows != null && $Object.hasOwnProperty.call(message, "windows") && (typeof message.windows === "object" ? message.windows.low || message.windows.high : message.windows !== 0))
                    writer.uint32(/* id 15, wireType 0 =*/120).uint64(message.windows);
                if (message.errors != null && $Object.hasOwnProperty.call(message, "errors") && (typeof message.errors === "object" ? message.errors.low || message.errors.high : message.errors !== 0))
                    writer.uint32(/* id 16, wireType 0 =*/128).uint64(message.errors);
                if (message.latencyP95Us != null && $Object.hasOwnProperty.call(message, "latencyP95Us") && !$Object.is(message.latencyP95Us, 0))
                    writer.uint32(/* id 17, wireType 5 =*/141).float(message.latencyP95Us);
                if (message.shadow != null && $Object.hasOwnProperty.call(message, "shadow"))
                    $root.skerry.v1.ReportedShadow.encode(message.shadow, writer.uint32(/* id 18, wireType 2 =*/146).fork(), _depth + 1).ldelim();
                if (message.waitsFor != null && $Object.hasOwnProperty.call(message, "waitsFor") && message.waitsFor !== "")
                    writer.uint32(/* id 20, wireType 2 =*/162).string(message.waitsFor);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ReportedPipeline message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.ReportedPipeline
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.ReportedPipeline & skerry.v1.ReportedPipeline.$Shape} ReportedPipeline
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ReportedPipeline.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.ReportedPipeline();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.wants = value;
                            else
                                delete message.wants;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.pinned = value;
                            else
                                delete message.pinned;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.release = value;
                            else
                                delete message.release;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.releaseDigest = value;
                            else
                                delete message.releaseDigest;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.variant = value;
                            else
                                delete message.variant;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.backend = value;
                            else
                                delete message.backend;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.previous = value;
                            else
                                delete message.previous;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.tryingDigest = value;
                            else
                                delete message.tryingDigest;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.policy = value;
                            else
                                delete message.policy;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            if (!(message.golden && message.golden.length))
                                message.golden = [];
                            message.golden.push($root.skerry.v1.GoldenOutcome.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            if (!(message.channels && message.channels.length))
                                message.channels = [];
                            message.channels.push(reader.stringVerify());
                            continue;
                        }
                    case 15: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.windows = value;
                            else
                                delete message.windows;
                            continue;
                        }
                    case 16: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.errors = value;
                            else
                                delete message.errors;
                            continue;
                        }
                    case 17: {
                            if (wireType !== 5)
                                break;
                            if (!$Object.is(value = reader.float(), 0))
                                message.latencyP95Us = value;
                            else
                                delete message.latencyP95Us;
                            continue;
                        }
                    case 18: {
                            if (wireType !== 2)
                                break;
                            message.shadow = $root.skerry.v1.ReportedShadow.decode(reader, reader.size(), $undefined, _depth + 1, message.shadow);
                            continue;
                        }
                    case 20: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.waitsFor = value;
                            else
                                delete message.waitsFor;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ReportedPipeline;
        })();

        v1.ReportedShadow = (function() {

            /**
             * Properties of a ReportedShadow.
             * @typedef {Object} skerry.v1.ReportedShadow.$Properties
             * @property {string|null} [release] ReportedShadow release
             * @property {string|null} [releaseDigest] ReportedShadow releaseDigest
             * @property {string|null} [variant] ReportedShadow variant
             * @property {string|null} [backend] ReportedShadow backend
             * @property {skerry.v1.SlotState|null} [state] ReportedShadow state
             * @property {string|null} [error] ReportedShadow error
             * @property {Array.<skerry.v1.GoldenOutcome.$Properties>|null} [golden] ReportedShadow golden
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ReportedShadow.
             * @memberof skerry.v1
             * @interface IReportedShadow
             * @augments skerry.v1.ReportedShadow.$Properties
             * @deprecated Use skerry.v1.ReportedShadow.$Properties instead.
             */

            /**
             * Shape of a ReportedShadow.
             * @typedef {skerry.v1.ReportedShadow.$Properties} skerry.v1.ReportedShadow.$Shape
             */

            /**
             * Constructs a new ReportedShadow.
             * @memberof skerry.v1
             * @classdesc Represents a ReportedShadow.
             * @constructor
             * @param {skerry.v1.ReportedShadow.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ReportedShadow = function (properties) {
                this.golden = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ReportedShadow release.
             * @member {string} release
             * @memberof skerry.v1.ReportedShadow
             * @instance
             */
            ReportedShadow.prototype.release = "";

            /**
             * ReportedShadow releaseDigest.
             * @member {string} releaseDigest
             * @memberof skerry.v1.ReportedShadow
             * @instance
             */
            ReportedShadow.prototype.releaseDigest = "";

            /**
             * ReportedShadow variant.
             * @member {string} variant
             * @memberof skerry.v1.ReportedShadow
             * @instance
             */
            ReportedShadow.prototype.variant = "";

            /**
             * ReportedShadow backend.
             * @member {string} backend
             * @memberof skerry.v1.ReportedShadow
             * @instance
             */
            ReportedShadow.prototype.backend = "";

            /**
             * ReportedShadow state.
             * @member {skerry.v1.SlotState} state
             * @memberof skerry.v1.ReportedShadow
             * @instance
             */
            ReportedShadow.prototype.state = 0;

            /**
             * ReportedShadow error.
             * @member {string} error
             * @memberof skerry.v1.ReportedShadow
             * @instance
             */
            ReportedShadow.prototype.error = "";

            /**
             * ReportedShadow golden.
             * @member {Array.<skerry.v1.GoldenOutcome.$Properties>} golden
             * @memberof skerry.v1.ReportedShadow
             * @instance
             */
            ReportedShadow.prototype.golden = $util.emptyArray;

            /**
             * Encodes the specified ReportedShadow message. Does not implicitly {@link skerry.v1.ReportedShadow.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.ReportedShadow
             * @static
             * @param {skerry.v1.ReportedShadow.$Properties} message ReportedShadow message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ReportedShadow.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.release != null && $Object.hasOwnProperty.call(message, "release") && message.release !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.release);
                if (message.releaseDigest != null && $Object.hasOwnProperty.call(message, "releaseDigest") && message.releaseDigest !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.releaseDigest);
                if (message.variant != null && $Object.hasOwnProperty.call(message, "variant") && message.variant !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.variant);
                if (message.backend != null && $Object.hasOwnProperty.call(message, "backend") && message.backend !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.backend);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).int32(message.state);
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.error);
                if (message.golden != null && message.golden.length)
                    for (let i = 0; i < message.golden.length; ++i)
                        $root.skerry.v1.GoldenOutcome.encode(message.golden[i], writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ReportedShadow message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.ReportedShadow
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.ReportedShadow & skerry.v1.ReportedShadow.$Shape} ReportedShadow
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ReportedShadow.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.ReportedShadow();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.release = value;
                            else
                                delete message.release;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.releaseDigest = value;
                            else
                                delete message.releaseDigest;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.variant = value;
                            else
                                delete message.variant;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.backend = value;
                            else
                                delete message.backend;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if (!(message.golden && message.golden.length))
                                message.golden = [];
                            message.golden.push($root.skerry.v1.GoldenOutcome.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ReportedShadow;
        })();

        v1.GoldenOutcome = (function() {

            /**
             * Properties of a GoldenOutcome.
             * @typedef {Object} skerry.v1.GoldenOutcome.$Properties
             * @property {string|null} [variant] GoldenOutcome variant
             * @property {string|null} [backend] GoldenOutcome backend
             * @property {boolean|null} [passed] GoldenOutcome passed
             * @property {string|null} [detail] GoldenOutcome detail
             * @property {number|null} [inferUs] GoldenOutcome inferUs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a GoldenOutcome.
             * @memberof skerry.v1
             * @interface IGoldenOutcome
             * @augments skerry.v1.GoldenOutcome.$Properties
             * @deprecated Use skerry.v1.GoldenOutcome.$Properties instead.
             */

            /**
             * Shape of a GoldenOutcome.
             * @typedef {skerry.v1.GoldenOutcome.$Properties} skerry.v1.GoldenOutcome.$Shape
             */

            /**
             * Constructs a new GoldenOutcome.
             * @memberof skerry.v1
             * @classdesc Represents a GoldenOutcome.
             * @constructor
             * @param {skerry.v1.GoldenOutcome.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const GoldenOutcome = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * GoldenOutcome variant.
             * @member {string} variant
             * @memberof skerry.v1.GoldenOutcome
             * @instance
             */
            GoldenOutcome.prototype.variant = "";

            /**
             * GoldenOutcome backend.
             * @member {string} backend
             * @memberof skerry.v1.GoldenOutcome
             * @instance
             */
            GoldenOutcome.prototype.backend = "";

            /**
             * GoldenOutcome passed.
             * @member {boolean} passed
             * @memberof skerry.v1.GoldenOutcome
             * @instance
             */
            GoldenOutcome.prototype.passed = false;

            /**
             * GoldenOutcome detail.
             * @member {string} detail
             * @memberof skerry.v1.GoldenOutcome
             * @instance
             */
            GoldenOutcome.prototype.detail = "";

            /**
             * GoldenOutcome inferUs.
             * @member {number} inferUs
             * @memberof skerry.v1.GoldenOutcome
             * @instance
             */
            GoldenOutcome.prototype.inferUs = 0;

            /**
             * Encodes the specified GoldenOutcome message. Does not implicitly {@link skerry.v1.GoldenOutcome.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.GoldenOutcome
             * @static
             * @param {skerry.v1.GoldenOutcome.$Properties} message GoldenOutcome message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            GoldenOutcome.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.variant != null && $Object.hasOwnProperty.call(message, "variant") && message.variant !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.variant);
                if (message.backend != null && $Object.hasOwnProperty.call(message, "backend") && message.backend !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.backend);
                if (message.passed != null && $Object.hasOwnProperty.call(message, "passed") && message.passed !== false)
                    writer.uint32(/* id 3, wireType 0 =*/24).bool(message.passed);
                if (message.detail != null && $Object.hasOwnProperty.call(message, "detail") && message.detail !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.detail);
                if (message.inferUs != null && $Object.hasOwnProperty.call(message, "inferUs") && !$Object.is(message.inferUs, 0))
                    writer.uint32(/* id 5, wireType 5 =*/45).float(message.inferUs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a GoldenOutcome message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.GoldenOutcome
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.GoldenOutcome & skerry.v1.GoldenOutcome.$Shape} GoldenOutcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            GoldenOutcome.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.GoldenOutcome();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.variant = value;
                            else
                                delete message.variant;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.backend = value;
                            else
                                delete message.backend;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.passed = value;
                            else
                                delete message.passed;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.detail = value;
                            else
                                delete message.detail;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 5)
                                break;
                            if (!$Object.is(value = reader.float(), 0))
                                message.inferUs = value;
                            else
                                delete message.inferUs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return GoldenOutcome;
        })();

        v1.UnclaimedTopic = (function() {

            /**
             * Properties of an UnclaimedTopic.
             * @typedef {Object} skerry.v1.UnclaimedTopic.$Properties
             * @property {string|null} [topic] UnclaimedTopic topic
             * @property {number|null} [messages] UnclaimedTopic messages
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an UnclaimedTopic.
             * @memberof skerry.v1
             * @interface IUnclaimedTopic
             * @augments skerry.v1.UnclaimedTopic.$Properties
             * @deprecated Use skerry.v1.UnclaimedTopic.$Properties instead.
             */

            /**
             * Shape of an UnclaimedTopic.
             * @typedef {skerry.v1.UnclaimedTopic.$Properties} skerry.v1.UnclaimedTopic.$Shape
             */

            /**
             * Constructs a new UnclaimedTopic.
             * @memberof skerry.v1
             * @classdesc Represents an UnclaimedTopic.
             * @constructor
             * @param {skerry.v1.UnclaimedTopic.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const UnclaimedTopic = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * UnclaimedTopic topic.
             * @member {string} topic
             * @memberof skerry.v1.UnclaimedTopic
             * @instance
             */
            UnclaimedTopic.prototype.topic = "";

            /**
             * UnclaimedTopic messages.
             * @member {number} messages
             * @memberof skerry.v1.UnclaimedTopic
             * @instance
             */
            UnclaimedTopic.prototype.messages = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified UnclaimedTopic message. Does not implicitly {@link skerry.v1.UnclaimedTopic.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.UnclaimedTopic
             * @static
             * @param {skerry.v1.UnclaimedTopic.$Properties} message UnclaimedTopic message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            UnclaimedTopic.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.topic);
                if (message.messages != null && $Object.hasOwnProperty.call(message, "messages") && (typeof message.messages === "object" ? message.messages.low || message.messages.high : message.messages !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.messages);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an UnclaimedTopic message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.UnclaimedTopic
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.UnclaimedTopic & skerry.v1.UnclaimedTopic.$Shape} UnclaimedTopic
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            UnclaimedTopic.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.UnclaimedTopic();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.topic = value;
                            else
                                delete message.topic;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.messages = value;
                            else
                                delete message.messages;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return UnclaimedTopic;
        })();

        v1.Count = (function() {

            /**
             * Properties of a Count.
             * @typedef {Object} skerry.v1.Count.$Properties
             * @property {string|null} [key] Count key
             * @property {number|null} [value] Count value
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Count.
             * @memberof skerry.v1
             * @interface ICount
             * @augments skerry.v1.Count.$Properties
             * @deprecated Use skerry.v1.Count.$Properties instead.
             */

            /**
             * Shape of a Count.
             * @typedef {skerry.v1.Count.$Properties} skerry.v1.Count.$Shape
             */

            /**
             * Constructs a new Count.
             * @memberof skerry.v1
             * @classdesc Represents a Count.
             * @constructor
             * @param {skerry.v1.Count.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Count = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Count key.
             * @member {string} key
             * @memberof skerry.v1.Count
             * @instance
             */
            Count.prototype.key = "";

            /**
             * Count value.
             * @member {number} value
             * @memberof skerry.v1.Count
             * @instance
             */
            Count.prototype.value = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Count message. Does not implicitly {@link skerry.v1.Count.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.Count
             * @static
             * @param {skerry.v1.Count.$Properties} message Count message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Count.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.key != null && $Object.hasOwnProperty.call(message, "key") && message.key !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.key);
                if (message.value != null && $Object.hasOwnProperty.call(message, "value") && (typeof message.value === "object" ? message.value.low || message.value.high : message.value !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.value);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Count message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.Count
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.Count & skerry.v1.Count.$Shape} Count
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Count.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.Count();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.key = value;
                            else
                                delete message.key;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.value = value;
                            else
                                delete message.value;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Count;
        })();

        v1.SampleLedger = (function() {

            /**
             * Properties of a SampleLedger.
             * @typedef {Object} skerry.v1.SampleLedger.$Properties
             * @property {string|null} [pipeline] SampleLedger pipeline
             * @property {number|null} [received] SampleLedger received
             * @property {Array.<skerry.v1.Count.$Properties>|null} [rejected] SampleLedger rejected
             * @property {number|null} [open] SampleLedger open
             * @property {number|null} [used] SampleLedger used
             * @property {number|null} [gap] SampleLedger gap
             * @property {number|null} [skipped] SampleLedger skipped
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SampleLedger.
             * @memberof skerry.v1
             * @interface ISampleLedger
             * @augments skerry.v1.SampleLedger.$Properties
             * @deprecated Use skerry.v1.SampleLedger.$Properties instead.
             */

            /**
             * Shape of a SampleLedger.
             * @typedef {skerry.v1.SampleLedger.$Properties} skerry.v1.SampleLedger.$Shape
             */

            /**
             * Constructs a new SampleLedger.
             * @memberof skerry.v1
             * @classdesc Represents a SampleLedger.
             * @constructor
             * @param {skerry.v1.SampleLedger.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SampleLedger = function (properties) {
                this.rejected = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SampleLedger pipeline.
             * @member {string} pipeline
             * @memberof skerry.v1.SampleLedger
             * @instance
             */
            SampleLedger.prototype.pipeline = "";

            /**
             * SampleLedger received.
             * @member {number} received
             * @memberof skerry.v1.SampleLedger
             * @instance
             */
            SampleLedger.prototype.received = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SampleLedger rejected.
             * @member {Array.<skerry.v1.Count.$Properties>} rejected
             * @memberof skerry.v1.SampleLedger
             * @instance
             */
            SampleLedger.prototype.rejected = $util.emptyArray;

            /**
             * SampleLedger open.
             * @member {number} open
             * @memberof skerry.v1.SampleLedger
             * @instance
             */
            SampleLedger.prototype.open = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SampleLedger used.
             * @member {number} used
             * @memberof skerry.v1.SampleLedger
             * @instance
             */
            SampleLedger.prototype.used = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SampleLedger gap.
             * @member {number} gap
             * @memberof skerry.v1.SampleLedger
             * @instance
             */
            SampleLedger.prototype.gap = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SampleLedger skipped.
             * @member {number} skipped
             * @memberof skerry.v1.SampleLedger
             * @instance
             */
            SampleLedger.prototype.skipped = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified SampleLedger message. Does not implicitly {@link skerry.v1.SampleLedger.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.SampleLedger
             * @static
             * @param {skerry.v1.SampleLedger.$Properties} message SampleLedger message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SampleLedger.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.pipeline != null && $Object.hasOwnProperty.call(message, "pipeline") && message.pipeline !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.pipeline);
                if (message.received != null && $Object.hasOwnProperty.call(message, "received") && (typeof message.received === "object" ? message.received.low || message.received.high : message.received !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.received);
                if (message.rejected != null && message.rejected.length)
                    for (let i = 0; i < message.rejected.length; ++i)
                        $root.skerry.v1.Count.encode(message.rejected[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.open != null && $Object.hasOwnProperty.call(message, "open") && (typeof message.open === "object" ? message.open.low || message.open.high : message.open !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.open);
                if (message.used != null && $Object.hasOwnProperty.call(message, "used") && (typeof message.used === "object" ? message.used.low || message.used.high : message.used !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.used);
                if (message.gap != null && $Object.hasOwnProperty.call(message, "gap") && (typeof message.gap === "object" ? message.gap.low || message.gap.high : message.gap !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.gap);
                if (message.skipped != null && $Object.hasOwnProperty.call(message, "skipped") && (typeof message.skipped === "object" ? message.skipped.low || message.skipped.high : message.skipped !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.skipped);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SampleLedger message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.SampleLedger
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.SampleLedger & skerry.v1.SampleLedger.$Shape} SampleLedger
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SampleLedger.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.SampleLedger();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.pipeline = value;
                            else
                                delete message.pipeline;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.received = value;
                            else
                                delete message.received;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.rejected && message.rejected.length))
                                message.rejected = [];
                            message.rejected.push($root.skerry.v1.Count.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.open = value;
                            else
                                delete message.open;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.used = value;
                            else
                                delete message.used;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.gap = value;
                            else
                                delete message.gap;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.skipped = value;
                            else
                                delete message.skipped;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SampleLedger;
        })();

        v1.ResultLedger = (function() {

            /**
             * Properties of a ResultLedger.
             * @typedef {Object} skerry.v1.ResultLedger.$Properties
             * @property {number|null} [produced] ResultLedger produced
             * @property {number|null} [delivered] ResultLedger delivered
             * @property {number|null} [pending] ResultLedger pending
             * @property {number|null} [summarized] ResultLedger summarized
             * @property {number|null} [evicted] ResultLedger evicted
             * @property {Array.<skerry.v1.Count.$Properties>|null} [decisions] ResultLedger decisions
             * @property {number|null} [cursor] ResultLedger cursor
             * @property {number|null} [acknowledged] ResultLedger acknowledged
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ResultLedger.
             * @memberof skerry.v1
             * @interface IResultLedger
             * @augments skerry.v1.ResultLedger.$Properties
             * @deprecated Use skerry.v1.ResultLedger.$Properties instead.
             */

            /**
             * Shape of a ResultLedger.
             * @typedef {skerry.v1.ResultLedger.$Properties} skerry.v1.ResultLedger.$Shape
             */

            /**
             * Constructs a new ResultLedger.
             * @memberof skerry.v1
             * @classdesc Represents a ResultLedger.
             * @constructor
             * @param {skerry.v1.ResultLedger.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ResultLedger = function (properties) {
                this.decisions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ResultLedger produced.
             * @member {number} produced
             * @memberof skerry.v1.ResultLedger
             * @instance
             */
            ResultLedger.prototype.produced = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ResultLedger delivered.
             * @member {number} delivered
             * @memberof skerry.v1.ResultLedger
             * @instance
             */
            ResultLedger.prototype.delivered = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ResultLedger pending.
             * @member {number} pending
             * @memberof skerry.v1.ResultLedger
             * @instance
             */
            ResultLedger.prototype.pending = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ResultLedger summarized.
             * @member {number} summarized
             * @memberof skerry.v1.ResultLedger
             * @instance
             */
            ResultLedger.prototype.summarized = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ResultLedger evicted.
             * @member {number} evicted
             * @memberof skerry.v1.ResultLedger
             * @instance
             */
            ResultLedger.prototype.evicted = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ResultLedger decisions.
             * @member {Array.<skerry.v1.Count.$Properties>} decisions
             * @memberof skerry.v1.ResultLedger
             * @instance
             */
            ResultLedger.prototype.decisions = $util.emptyArray;

            /**
             * ResultLedger cursor.
             * @member {number} cursor
             * @memberof skerry.v1.ResultLedger
             * @instance
             */
            ResultLedger.prototype.cursor = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ResultLedger acknowledged.
             * @member {number} acknowledged
             * @memberof skerry.v1.ResultLedger
             * @instance
             */
            ResultLedger.prototype.acknowledged = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified ResultLedger message. Does not implicitly {@link skerry.v1.ResultLedger.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.ResultLedger
             * @static
             * @param {skerry.v1.ResultLedger.$Properties} message ResultLedger message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ResultLedger.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.produced != null && $Object.hasOwnProperty.call(message, "produced") && (typeof message.produced === "object" ? message.produced.low || message.produced.high : message.produced !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.produced);
                if (message.delivered != null && $Object.hasOwnProperty.call(message, "delivered") && (typeof message.delivered === "object" ? message.delivered.low || message.delivered.high : message.delivered !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.delivered);
                if (message.pending != null && $Object.hasOwnProperty.call(message, "pending") && (typeof message.pending === "object" ? message.pending.low || message.pending.high : message.pending !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.pending);
                if (message.summarized != null && $Object.hasOwnProperty.call(message, "summarized") && (typeof message.summarized === "object" ? message.summarized.low || message.summarized.high : message.summarized !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.summarized);
                if (message.evicted != null && $Object.hasOwnProperty.call(message, "evicted") && (typeof message.evicted === "object" ? message.evicted.low || message.evicted.high : message.evicted !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.evicted);
                if (message.decisions != null && message.decisions.length)
                    for (let i = 0; i < message.decisions.length; ++i)
                        $root.skerry.v1.Count.encode(message.decisions[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.cursor != null && $Object.hasOwnProperty.call(message, "cursor") && (typeof message.cursor === "object" ? message.cursor.low || message.cursor.high : message.cursor !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.cursor);
                if (message.acknowledged != null && $Object.hasOwnProperty.call(message, "acknowledged") && (typeof message.acknowledged === "object" ? message.acknowledged.low || message.acknowledged.high : message.acknowledged !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.acknowledged);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ResultLedger message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.ResultLedger
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.ResultLedger & skerry.v1.ResultLedger.$Shape} ResultLedger
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ResultLedger.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.ResultLedger();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.produced = value;
                            else
                                delete message.produced;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.delivered = value;
                            else
                                delete message.delivered;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.pending = value;
                            else
                                delete message.pending;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.summarized = value;
                            else
                                delete message.summarized;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.evicted = value;
                            else
                                delete message.evicted;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.decisions && message.decisions.length))
                                message.decisions = [];
                            message.decisions.push($root.skerry.v1.Count.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.cursor = value;
                            else
                                delete message.cursor;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.acknowledged = value;
                            else
                                delete message.acknowledged;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ResultLedger;
        })();

        v1.LedgerReport = (function() {

            /**
             * Properties of a LedgerReport.
             * @typedef {Object} skerry.v1.LedgerReport.$Properties
             * @property {Uint8Array|null} [epoch] LedgerReport epoch
             * @property {Array.<skerry.v1.SampleLedger.$Properties>|null} [samples] LedgerReport samples
             * @property {skerry.v1.ResultLedger.$Properties|null} [results] LedgerReport results
             * @property {skerry.v1.ResultLedger.$Properties|null} [alerts] LedgerReport alerts
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a LedgerReport.
             * @memberof skerry.v1
             * @interface ILedgerReport
             * @augments skerry.v1.LedgerReport.$Properties
             * @deprecated Use skerry.v1.LedgerReport.$Properties instead.
             */

            /**
             * Shape of a LedgerReport.
             * @typedef {skerry.v1.LedgerReport.$Properties} skerry.v1.LedgerReport.$Shape
             */

            /**
             * Constructs a new LedgerReport.
             * @memberof skerry.v1
             * @classdesc Represents a LedgerReport.
             * @constructor
             * @param {skerry.v1.LedgerReport.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const LedgerReport = function (properties) {
                this.samples = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * LedgerReport epoch.
             * @member {Uint8Array} epoch
             * @memberof skerry.v1.LedgerReport
             * @instance
             */
            LedgerReport.prototype.epoch = $util.newBuffer([]);

            /**
             * LedgerReport samples.
             * @member {Array.<skerry.v1.SampleLedger.$Properties>} samples
             * @memberof skerry.v1.LedgerReport
             * @instance
             */
            LedgerReport.prototype.samples = $util.emptyArray;

            /**
             * LedgerReport results.
             * @member {skerry.v1.ResultLedger.$Properties|null|undefined} results
             * @memberof skerry.v1.LedgerReport
             * @instance
             */
            LedgerReport.prototype.results = null;

            /**
             * LedgerReport alerts.
             * @member {skerry.v1.ResultLedger.$Properties|null|undefined} alerts
             * @memberof skerry.v1.LedgerReport
             * @instance
             */
            LedgerReport.prototype.alerts = null;

            /**
             * Encodes the specified LedgerReport message. Does not implicitly {@link skerry.v1.LedgerReport.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.LedgerReport
             * @static
             * @param {skerry.v1.LedgerReport.$Properties} message LedgerReport message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            LedgerReport.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.epoch);
                if (message.samples != null && message.samples.length)
                    for (let i = 0; i < message.samples.length; ++i)
                        $root.skerry.v1.SampleLedger.encode(message.samples[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.results != null && $Object.hasOwnProperty.call(message, "results"))
                    $root.skerry.v1.ResultLedger.encode(message.results, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.alerts != null && $Object.hasOwnProperty.call(message, "alerts"))
                    $root.skerry.v1.ResultLedger.encode(message.alerts, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a LedgerReport message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.LedgerReport
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.LedgerReport & skerry.v1.LedgerReport.$Shape} LedgerReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            LedgerReport.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.LedgerReport();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.samples && message.samples.length))
                                message.samples = [];
                            message.samples.push($root.skerry.v1.SampleLedger.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.results = $root.skerry.v1.ResultLedger.decode(reader, reader.size(), $undefined, _depth + 1, message.results);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.alerts = $root.skerry.v1.ResultLedger.decode(reader, reader.size(), $undefined, _depth + 1, message.alerts);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return LedgerReport;
        })();

        /**
         * DriftLevel enum.
         * @name skerry.v1.DriftLevel
         * @enum {number}
         * @property {number} DRIFT_LEVEL_UNSPECIFIED=0 DRIFT_LEVEL_UNSPECIFIED value
         * @property {number} DRIFT_LEVEL_OK=1 DRIFT_LEVEL_OK value
         * @property {number} DRIFT_LEVEL_WARN=2 DRIFT_LEVEL_WARN value
         * @property {number} DRIFT_LEVEL_ALERT=3 DRIFT_LEVEL_ALERT value
         * @property {number} DRIFT_LEVEL_LEARNING=4 DRIFT_LEVEL_LEARNING value
         */
        v1.DriftLevel = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "DRIFT_LEVEL_UNSPECIFIED"] = 0;
            values[valuesById[1] = "DRIFT_LEVEL_OK"] = 1;
            values[valuesById[2] = "DRIFT_LEVEL_WARN"] = 2;
            values[valuesById[3] = "DRIFT_LEVEL_ALERT"] = 3;
            values[valuesById[4] = "DRIFT_LEVEL_LEARNING"] = 4;
            return values;
        })();

        v1.DriftSketch = (function() {

            /**
             * Properties of a DriftSketch.
             * @typedef {Object} skerry.v1.DriftSketch.$Properties
             * @property {string|null} [pipeline] DriftSketch pipeline
             * @property {string|null} [device] DriftSketch device
             * @property {string|null} [releaseDigest] DriftSketch releaseDigest
             * @property {string|null} [signal] DriftSketch signal
             * @property {boolean|null} [isOutput] DriftSketch isOutput
             * @property {number|null} [fromUs] DriftSketch fromUs
             * @property {number|null} [toUs] DriftSketch toUs
             * @property {Array.<number>|null} [counts] DriftSketch counts
             * @property {number|null} [missing] DriftSketch missing
             * @property {number|null} [n] DriftSketch n
             * @property {number|null} [mean] DriftSketch mean
             * @property {number|null} [m2] DriftSketch m2
             * @property {number|null} [min] DriftSketch min
             * @property {number|null} [max] DriftSketch max
             * @property {Array.<skerry.v1.Measure.$Properties>|null} [measures] DriftSketch measures
             * @property {skerry.v1.DriftLevel|null} [level] DriftSketch level
             * @property {number|null} [policy] DriftSketch policy
             * @property {number|null} [seq] DriftSketch seq
             * @property {number|null} [falseAlarmHours] DriftSketch falseAlarmHours
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DriftSketch.
             * @memberof skerry.v1
             * @interface IDriftSketch
             * @augments skerry.v1.DriftSketch.$Properties
             * @deprecated Use skerry.v1.DriftSketch.$Properties instead.
             */

            /**
             * Shape of a DriftSketch.
             * @typedef {skerry.v1.DriftSketch.$Properties} skerry.v1.DriftSketch.$Shape
             */

            /**
             * Constructs a new DriftSketch.
             * @memberof skerry.v1
             * @classdesc Represents a DriftSketch.
             * @constructor
             * @param {skerry.v1.DriftSketch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DriftSketch = function (properties) {
                this.counts = [];
                this.measures = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DriftSketch pipeline.
             * @member {string} pipeline
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.pipeline = "";

            /**
             * DriftSketch device.
             * @member {string} device
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.device = "";

            /**
             * DriftSketch releaseDigest.
             * @member {string} releaseDigest
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.releaseDigest = "";

            /**
             * DriftSketch signal.
             * @member {string} signal
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.signal = "";

            /**
             * DriftSketch isOutput.
             * @member {boolean} isOutput
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.isOutput = false;

            /**
             * DriftSketch fromUs.
             * @member {number} fromUs
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.fromUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * DriftSketch toUs.
             * @member {number} toUs
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.toUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * DriftSketch counts.
             * @member {Array.<number>} counts
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.counts = $util.emptyArray;

            /**
             * DriftSketch missing.
             * @member {number} missing
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.missing = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DriftSketch n.
             * @member {number} n
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.n = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DriftSketch mean.
             * @member {number} mean
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.mean = 0;

            /**
             * DriftSketch m2.
             * @member {number} m2
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.m2 = 0;

            /**
             * DriftSketch min.
             * @member {number} min
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.min = 0;

            /**
             * DriftSketch max.
             * @member {number} max
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.max = 0;

            /**
             * DriftSketch measures.
             * @member {Array.<skerry.v1.Measure.$Properties>} measures
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.measures = $util.emptyArray;

            /**
             * DriftSketch level.
             * @member {skerry.v1.DriftLevel} level
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.level = 0;

            /**
             * DriftSketch policy.
             * @member {number} policy
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.policy = 0;

            /**
             * DriftSketch seq.
             * @member {number} seq
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DriftSketch falseAlarmHours.
             * @member {number} falseAlarmHours
             * @memberof skerry.v1.DriftSketch
             * @instance
             */
            DriftSketch.prototype.falseAlarmHours = 0;

            /**
             * Encodes the specified DriftSketch message. Does not implicitly {@link skerry.v1.DriftSketch.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.DriftSketch
             * @static
             * @param {skerry.v1.DriftSketch.$Properties} message DriftSketch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DriftSketch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.pipeline != null && $Object.hasOwnProperty.call(message, "pipeline") && message.pipeline !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.pipeline);
                if (message.device != null && $Object.hasOwnProperty.call(message, "device") && message.device !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.device);
                if (message.releaseDigest != null && $Object.hasOwnProperty.call(message, "releaseDigest") && message.releaseDigest !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.releaseDigest);
                if (message.signal != null && $Object.hasOwnProperty.call(message, "signal") && message.signal !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.signal);
                if (message.isOutput != null && $Object.hasOwnProperty.call(message, "isOutput") && message.isOutput !== false)
                    writer.uint32(/* id 5, wireType 0 =*/40).bool(message.isOutput);
                if (message.fromUs != null && $Object.hasOwnProperty.call(message, "fromUs") && (typeof message.fromUs === "object" ? message.fromUs.low || message.fromUs.high : message.fromUs !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).int64(message.fromUs);
                if (message.toUs != null && $Object.hasOwnProperty.call(message, "toUs") && (typeof message.toUs === "object" ? message.toUs.low || message.toUs.high : message.toUs !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).int64(message.toUs);
                if (message.counts != null && message.counts.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).uint64s(message.counts);
                if (message.missing != null && $Object.hasOwnProperty.call(message, "missing") && (typeof message.missing === "object" ? message.missing.low || message.missing.high : message.missing !== 0))
                    writer.uint32(/* id 9, wireType 0 =*/72).uint64(message.missing);
                if (message.n != null && $Object.hasOwnProperty.call(message, "n") && (typeof message.n === "object" ? message.n.low || message.n.high : message.n !== 0))
                    writer.uint32(/* id 10, wireType 0 =*/80).uint64(message.n);
                if (message.mean != null && $Object.hasOwnProperty.call(message, "mean") && !$Object.is(message.mean, 0))
                    writer.uint32(/* id 11, wireType 1 =*/89).double(message.mean);
                if (message.m2 != null && $Object.hasOwnProperty.call(message, "m2") && !$Object.is(message.m2, 0))
                    writer.uint32(/* id 12, wireType 1 =*/97).double(message.m2);
                if (message.min != null && $Object.hasOwnProperty.call(message, "min") && !$Object.is(message.min, 0))
                    writer.uint32(/* id 13, wireType 1 =*/105).double(message.min);
                if (message.max != null && $Object.hasOwnProperty.call(message, "max") && !$Object.is(message.max, 0))
                    writer.uint32(/* id 14, wireType 1 =*/113).double(message.max);
                if (message.measures != null && message.measures.length)
                    for (let i = 0; i < message.measures.length; ++i)
                        $root.skerry.v1.Measure.encode(message.measures[i], writer.uint32(/* id 15, wireType 2 =*/122).fork(), _depth + 1).ldelim();
                if (message.level != null && $Object.hasOwnProperty.call(message, "level") && message.level !== 0)
                    writer.uint32(/* id 16, wireType 0 =*/128).int32(message.level);
                if (message.policy != null && $Object.hasOwnProperty.call(message, "policy") && message.policy !== 0)
                    writer.uint32(/* id 17, wireType 0 =*/136).uint32(message.policy);
                if (message.seq != null && $Object.hasOwnProperty.call(message, "seq") && (typeof message.seq === "object" ? message.seq.low || message.seq.high : message.seq !== 0))
                    writer.uint32(/* id 18, wireType 0 =*/144).uint64(message.seq);
                if (message.falseAlarmHours != null && $Object.hasOwnProperty.call(message, "falseAlarmHours") && !$Object.is(message.falseAlarmHours, 0))
                    writer.uint32(/* id 19, wireType 1 =*/153).double(message.falseAlarmHours);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DriftSketch message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.DriftSketch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.DriftSketch & skerry.v1.DriftSketch.$Shape} DriftSketch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DriftSketch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.DriftSketch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.pipeline = value;
                            else
                                delete message.pipeline;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.device = value;
                            else
                                delete message.device;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.releaseDigest = value;
                            else
                                delete message.releaseDigest;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.signal = value;
                            else
                                delete message.signal;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.isOutput = value;
                            else
                                delete message.isOutput;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.fromUs = value;
                            else
                                delete message.fromUs;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.toUs = value;
                            else
                                delete message.toUs;
                            continue;
                        }
                    case 8: {
                            if (wireType === 2) {
                                if (!(message.counts && message.counts.length))
                                    message.counts = [];
                                reader.uint64s(message.counts);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.counts && message.counts.length))
                                message.counts = [];
                            message.counts.push(reader.uint64());
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.missing = value;
                            else
                                delete message.missing;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.n = value;
                            else
                                delete message.n;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.mean = value;
                            else
                                delete message.mean;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.m2 = value;
                            else
                                delete message.m2;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.min = value;
                            else
                                delete message.min;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.max = value;
                            else
                                delete message.max;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            if (!(message.measures && message.measures.length))
                                message.measures = [];
                            message.measures.push($root.skerry.v1.Measure.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 16: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.level = value;
                            else
                                delete message.level;
                            continue;
                        }
                    case 17: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.policy = value;
                            else
                                delete message.policy;
                            continue;
                        }
                    case 18: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seq = value;
                            else
                                delete message.seq;
                            continue;
                        }
                    case 19: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.falseAlarmHours = value;
                            else
                                delete message.falseAlarmHours;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DriftSketch;
        })();

        v1.Measure = (function() {

            /**
             * Properties of a Measure.
             * @typedef {Object} skerry.v1.Measure.$Properties
             * @property {string|null} [name] Measure name
             * @property {number|null} [value] Measure value
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Measure.
             * @memberof skerry.v1
             * @interface IMeasure
             * @augments skerry.v1.Measure.$Properties
             * @deprecated Use skerry.v1.Measure.$Properties instead.
             */

            /**
             * Shape of a Measure.
             * @typedef {skerry.v1.Measure.$Properties} skerry.v1.Measure.$Shape
             */

            /**
             * Constructs a new Measure.
             * @memberof skerry.v1
             * @classdesc Represents a Measure.
             * @constructor
             * @param {skerry.v1.Measure.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Measure = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Measure name.
             * @member {string} name
             * @memberof skerry.v1.Measure
             * @instance
             */
            Measure.prototype.name = "";

            /**
             * Measure value.
             * @member {number} value
             * @memberof skerry.v1.Measure
             * @instance
             */
            Measure.prototype.value = 0;

            /**
             * Encodes the specified Measure message. Does not implicitly {@link skerry.v1.Measure.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.Measure
             * @static
             * @param {skerry.v1.Measure.$Properties} message Measure message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Measure.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.value != null && $Object.hasOwnProperty.call(message, "value") && !$Object.is(message.value, 0))
                    writer.uint32(/* id 2, wireType 1 =*/17).double(message.value);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Measure message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.Measure
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.Measure & skerry.v1.Measure.$Shape} Measure
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Measure.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.Measure();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.value = value;
                            else
                                delete message.value;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Measure;
        })();

        v1.SyncResponse = (function() {

            /**
             * Properties of a SyncResponse.
             * @typedef {Object} skerry.v1.SyncResponse.$Properties
             * @property {string|null} [instance] SyncResponse instance
             * @property {Array.<skerry.v1.LaneAck.$Properties>|null} [acks] SyncResponse acks
             * @property {number|null} [sketchCursor] SyncResponse sketchCursor
             * @property {skerry.v1.Desired.$Properties|null} [desired] SyncResponse desired
             * @property {number|null} [nextSyncMs] SyncResponse nextSyncMs
             * @property {number|null} [wallMs] SyncResponse wallMs
             * @property {Array.<skerry.v1.LaneRange.$Properties>|null} [held] SyncResponse held
             * @property {Array.<string>|null} [heldSamples] SyncResponse heldSamples
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SyncResponse.
             * @memberof skerry.v1
             * @interface ISyncResponse
             * @augments skerry.v1.SyncResponse.$Properties
             * @deprecated Use skerry.v1.SyncResponse.$Properties instead.
             */

            /**
             * Shape of a SyncResponse.
             * @typedef {skerry.v1.SyncResponse.$Properties} skerry.v1.SyncResponse.$Shape
             */

            /**
             * Constructs a new SyncResponse.
             * @memberof skerry.v1
             * @classdesc Represents a SyncResponse.
             * @constructor
             * @param {skerry.v1.SyncResponse.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SyncResponse = function (properties) {
                this.acks = [];
                this.held = [];
                this.heldSamples = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SyncResponse instance.
             * @member {string} instance
             * @memberof skerry.v1.SyncResponse
             * @instance
             */
            SyncResponse.prototype.instance = "";

            /**
             * SyncResponse acks.
             * @member {Array.<skerry.v1.LaneAck.$Properties>} acks
             * @memberof skerry.v1.SyncResponse
             * @instance
             */
            SyncResponse.prototype.acks = $util.emptyArray;

            /**
             * SyncResponse sketchCursor.
             * @member {number} sketchCursor
             * @memberof skerry.v1.SyncResponse
             * @instance
             */
            SyncResponse.prototype.sketchCursor = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SyncResponse desired.
             * @member {skerry.v1.Desired.$Properties|null|undefined} desired
             * @memberof skerry.v1.SyncResponse
             * @instance
             */
            SyncResponse.prototype.desired = null;

            /**
             * SyncResponse nextSyncMs.
             * @member {number} nextSyncMs
             * @memberof skerry.v1.SyncResponse
             * @instance
             */
            SyncResponse.prototype.nextSyncMs = 0;

            /**
             * SyncResponse wallMs.
             * @member {number} wallMs
             * @memberof skerry.v1.SyncResponse
             * @instance
             */
            SyncResponse.prototype.wallMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * SyncResponse held.
             * @member {Array.<skerry.v1.LaneRange.$Properties>} held
             * @memberof skerry.v1.SyncResponse
             * @instance
             */
            SyncResponse.prototype.held = $util.emptyArray;

            /**
             * SyncResponse heldSamples.
             * @member {Array.<string>} heldSamples
             * @memberof skerry.v1.SyncResponse
             * @instance
             */
            SyncResponse.prototype.heldSamples = $util.emptyArray;

            /**
             * Encodes the specified SyncResponse message. Does not implicitly {@link skerry.v1.SyncResponse.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.SyncResponse
             * @static
             * @param {skerry.v1.SyncResponse.$Properties} message SyncResponse message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SyncResponse.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.instance != null && $Object.hasOwnProperty.call(message, "instance") && message.instance !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.instance);
                if (message.acks != null && message.acks.length)
                    for (let i = 0; i < message.acks.length; ++i)
                        $root.skerry.v1.LaneAck.encode(message.acks[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.sketchCursor != null && $Object.hasOwnProperty.call(message, "sketchCursor") && (typeof message.sketchCursor === "object" ? message.sketchCursor.low || message.sketchCursor.high : message.sketchCursor !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.sketchCursor);
                if (message.desired != null && $Object.hasOwnProperty.call(message, "desired"))
                    $root.skerry.v1.Desired.encode(message.desired, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.nextSyncMs != null && $Object.hasOwnProperty.call(message, "nextSyncMs") && message.nextSyncMs !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.nextSyncMs);
                if (message.wallMs != null && $Object.hasOwnProperty.call(message, "wallMs") && (typeof message.wallMs === "object" ? message.wallMs.low || message.wallMs.high : message.wallMs !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).int64(message.wallMs);
                if (message.held != null && message.held.length)
                    for (let i = 0; i < message.held.length; ++i)
                        $root.skerry.v1.LaneRange.encode(message.held[i], writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.heldSamples != null && message.heldSamples.length)
                    for (let i = 0; i < message.heldSamples.length; ++i)
                        writer.uint32(/* id 8, wireType 2 =*/66).string(message.heldSamples[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SyncResponse message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.SyncResponse
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.SyncResponse & skerry.v1.SyncResponse.$Shape} SyncResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SyncResponse.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.SyncResponse();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.instance = value;
                            else
                                delete message.instance;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.acks && message.acks.length))
                                message.acks = [];
                            message.acks.push($root.skerry.v1.LaneAck.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sketchCursor = value;
                            else
                                delete message.sketchCursor;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.desired = $root.skerry.v1.Desired.decode(reader, reader.size(), $undefined, _depth + 1, message.desired);
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.nextSyncMs = value;
                            else
                                delete message.nextSyncMs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.wallMs = value;
                            else
                                delete message.wallMs;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if (!(message.held && message.held.length))
                                message.held = [];
                            message.held.push($root.skerry.v1.LaneRange.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (!(message.heldSamples && message.heldSamples.length))
                                message.heldSamples = [];
                            message.heldSamples.push(reader.stringVerify());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SyncResponse;
        })();

        v1.LaneAck = (function() {

            /**
             * Properties of a LaneAck.
             * @typedef {Object} skerry.v1.LaneAck.$Properties
             * @property {Uint8Array|null} [epoch] LaneAck epoch
             * @property {skerry.v1.Lane|null} [lane] LaneAck lane
             * @property {number|null} [cursor] LaneAck cursor
             * @property {boolean|null} [epochConflict] LaneAck epochConflict
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a LaneAck.
             * @memberof skerry.v1
             * @interface ILaneAck
             * @augments skerry.v1.LaneAck.$Properties
             * @deprecated Use skerry.v1.LaneAck.$Properties instead.
             */

            /**
             * Shape of a LaneAck.
             * @typedef {skerry.v1.LaneAck.$Properties} skerry.v1.LaneAck.$Shape
             */

            /**
             * Constructs a new LaneAck.
             * @memberof skerry.v1
             * @classdesc Represents a LaneAck.
             * @constructor
             * @param {skerry.v1.LaneAck.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const LaneAck = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * LaneAck epoch.
             * @member {Uint8Array} epoch
             * @memberof skerry.v1.LaneAck
             * @instance
             */
            LaneAck.prototype.epoch = $util.newBuffer([]);

            /**
             * LaneAck lane.
             * @member {skerry.v1.Lane} lane
             * @memberof skerry.v1.LaneAck
             * @instance
             */
            LaneAck.prototype.lane = 0;

            /**
             * LaneAck cursor.
             * @member {number} cursor
             * @memberof skerry.v1.LaneAck
             * @instance
             */
            LaneAck.prototype.cursor = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * LaneAck epochConflict.
             * @member {boolean} epochConflict
             * @memberof skerry.v1.LaneAck
             * @instance
             */
            LaneAck.prototype.epochConflict = false;

            /**
             * Encodes the specified LaneAck message. Does not implicitly {@link skerry.v1.LaneAck.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.LaneAck
             * @static
             * @param {skerry.v1.LaneAck.$Properties} message LaneAck message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            LaneAck.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.epoch);
                if (message.lane != null && $Object.hasOwnProperty.call(message, "lane") && message.lane !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.lane);
                if (message.cursor != null && $Object.hasOwnProperty.call(message, "cursor") && (typeof message.cursor === "object" ? message.cursor.low || message.cursor.high : message.cursor !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.cursor);
                if (message.epochConflict != null && $Object.hasOwnProperty.call(message, "epochConflict") && message.epochConflict !== false)
                    writer.uint32(/* id 4, wireType 0 =*/32).bool(message.epochConflict);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a LaneAck message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.LaneAck
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.LaneAck & skerry.v1.LaneAck.$Shape} LaneAck
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            LaneAck.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.LaneAck();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.lane = value;
                            else
                                delete message.lane;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.cursor = value;
                            else
                                delete message.cursor;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.epochConflict = value;
                            else
                                delete message.epochConflict;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return LaneAck;
        })();

        v1.Desired = (function() {

            /**
             * Properties of a Desired.
             * @typedef {Object} skerry.v1.Desired.$Properties
             * @property {number|null} [generation] Desired generation
             * @property {Array.<skerry.v1.DesiredPipeline.$Properties>|null} [pipelines] Desired pipelines
             * @property {string|null} [tufUrl] Desired tufUrl
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Desired.
             * @memberof skerry.v1
             * @interface IDesired
             * @augments skerry.v1.Desired.$Properties
             * @deprecated Use skerry.v1.Desired.$Properties instead.
             */

            /**
             * Shape of a Desired.
             * @typedef {skerry.v1.Desired.$Properties} skerry.v1.Desired.$Shape
             */

            /**
             * Constructs a new Desired.
             * @memberof skerry.v1
             * @classdesc Represents a Desired.
             * @constructor
             * @param {skerry.v1.Desired.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Desired = function (properties) {
                this.pipelines = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Desired generation.
             * @member {number} generation
             * @memberof skerry.v1.Desired
             * @instance
             */
            Desired.prototype.generation = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Desired pipelines.
             * @member {Array.<skerry.v1.DesiredPipeline.$Properties>} pipelines
             * @memberof skerry.v1.Desired
             * @instance
             */
            Desired.prototype.pipelines = $util.emptyArray;

            /**
             * Desired tufUrl.
             * @member {string} tufUrl
             * @memberof skerry.v1.Desired
             * @instance
             */
            Desired.prototype.tufUrl = "";

            /**
             * Encodes the specified Desired message. Does not implicitly {@link skerry.v1.Desired.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.Desired
             * @static
             * @param {skerry.v1.Desired.$Properties} message Desired message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Desired.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && (typeof message.generation === "object" ? message.generation.low || message.generation.high : message.generation !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.generation);
                if (message.pipelines != null && message.pipelines.length)
                    for (let i = 0; i < message.pipelines.length; ++i)
                        $root.skerry.v1.DesiredPipeline.encode(message.pipelines[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.tufUrl != null && $Object.hasOwnProperty.call(message, "tufUrl") && message.tufUrl !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.tufUrl);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Desired message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.Desired
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.Desired & skerry.v1.Desired.$Shape} Desired
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Desired.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.Desired();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.generation = value;
                            else
                                delete message.generation;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.pipelines && message.pipelines.length))
                                message.pipelines = [];
                            message.pipelines.push($root.skerry.v1.DesiredPipeline.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.tufUrl = value;
                            else
                                delete message.tufUrl;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Desired;
        })();

        v1.DesiredPipeline = (function() {

            /**
             * Properties of a DesiredPipeline.
             * @typedef {Object} skerry.v1.DesiredPipeline.$Properties
             * @property {string|null} [name] DesiredPipeline name
             * @property {string|null} [release] DesiredPipeline release
             * @property {string|null} [releaseDigest] DesiredPipeline releaseDigest
             * @property {skerry.v1.Role|null} [role] DesiredPipeline role
             * @property {string|null} [rollout] DesiredPipeline rollout
             * @property {string|null} [policy] DesiredPipeline policy
             * @property {number|null} [policyGeneration] DesiredPipeline policyGeneration
             * @property {number|null} [captureBytesPerDay] DesiredPipeline captureBytesPerDay
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DesiredPipeline.
             * @memberof skerry.v1
             * @interface IDesiredPipeline
             * @augments skerry.v1.DesiredPipeline.$Properties
             * @deprecated Use skerry.v1.DesiredPipeline.$Properties instead.
             */

            /**
             * Shape of a DesiredPipeline.
             * @typedef {skerry.v1.DesiredPipeline.$Properties} skerry.v1.DesiredPipeline.$Shape
             */

            /**
             * Constructs a new DesiredPipeline.
             * @memberof skerry.v1
             * @classdesc Represents a DesiredPipeline.
             * @constructor
             * @param {skerry.v1.DesiredPipeline.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DesiredPipeline = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DesiredPipeline name.
             * @member {string} name
             * @memberof skerry.v1.DesiredPipeline
             * @instance
             */
            DesiredPipeline.prototype.name = "";

            /**
             * DesiredPipeline release.
             * @member {string} release
             * @memberof skerry.v1.DesiredPipeline
             * @instance
             */
            DesiredPipeline.prototype.release = "";

            /**
             * DesiredPipeline releaseDigest.
             * @member {string} releaseDigest
             * @memberof skerry.v1.DesiredPipeline
             * @instance
             */
            DesiredPipeline.prototype.releaseDigest = "";

            /**
             * DesiredPipeline role.
             * @member {skerry.v1.Role} role
             * @memberof skerry.v1.DesiredPipeline
             * @instance
             */
            DesiredPipeline.prototype.role = 0;

            /**
             * DesiredPipeline rollout.
             * @member {string} rollout
             * @memberof skerry.v1.DesiredPipeline
             * @instance
             */
            DesiredPipeline.prototype.rollout = "";

            /**
             * DesiredPipeline policy.
             * @member {string} policy
             * @memberof skerry.v1.DesiredPipeline
             * @instance
             */
            DesiredPipeline.prototype.policy = "";

            /**
             * DesiredPipeline policyGeneration.
             * @member {number} policyGeneration
             * @memberof skerry.v1.DesiredPipeline
             * @instance
             */
            DesiredPipeline.prototype.policyGeneration = 0;

            /**
             * DesiredPipeline captureBytesPerDay.
             * @member {number} captureBytesPerDay
             * @memberof skerry.v1.DesiredPipeline
             * @instance
             */
            DesiredPipeline.prototype.captureBytesPerDay = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified DesiredPipeline message. Does not implicitly {@link skerry.v1.DesiredPipeline.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.DesiredPipeline
             * @static
             * @param {skerry.v1.DesiredPipeline.$Properties} message DesiredPipeline message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DesiredPipeline.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.release != null && $Object.hasOwnProperty.call(message, "release") && message.release !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.release);
                if (message.releaseDigest != null && $Object.hasOwnProperty.call(message, "releaseDigest") && message.releaseDigest !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.releaseDigest);
                if (message.role != null && $Object.hasOwnProperty.call(message, "role") && message.role !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).int32(message.role);
                if (message.rollout != null && $Object.hasOwnProperty.call(message, "rollout") && message.rollout !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.rollout);
                if (message.policy != null && $Object.hasOwnProperty.call(message, "policy") && message.policy !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.policy);
                if (message.policyGeneration != null && $Object.hasOwnProperty.call(message, "policyGeneration") && message.policyGeneration !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.policyGeneration);
                if (message.captureBytesPerDay != null && $Object.hasOwnProperty.call(message, "captureBytesPerDay") && (typeof message.captureBytesPerDay === "object" ? message.captureBytesPerDay.low || message.captureBytesPerDay.high : message.captureBytesPerDay !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.captureBytesPerDay);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DesiredPipeline message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.DesiredPipeline
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.DesiredPipeline & skerry.v1.DesiredPipeline.$Shape} DesiredPipeline
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DesiredPipeline.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.DesiredPipeline();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.release = value;
                            else
                                delete message.release;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.releaseDigest = value;
                            else
                                delete message.releaseDigest;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.role = value;
                            else
                                delete message.role;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.rollout = value;
                            else
                                delete message.rollout;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.policy = value;
                            else
                                delete message.policy;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.policyGeneration = value;
                            else
                                delete message.policyGeneration;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.captureBytesPerDay = value;
                            else
                                delete message.captureBytesPerDay;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DesiredPipeline;
        })();

        /**
         * Lane enum.
         * @name skerry.v1.Lane
         * @enum {number}
         * @property {number} LANE_UNSPECIFIED=0 LANE_UNSPECIFIED value
         * @property {number} LANE_ALERT=1 LANE_ALERT value
         * @property {number} LANE_RESULT=2 LANE_RESULT value
         */
        v1.Lane = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "LANE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "LANE_ALERT"] = 1;
            values[valuesById[2] = "LANE_RESULT"] = 2;
            return values;
        })();

        /**
         * Codec enum.
         * @name skerry.v1.Codec
         * @enum {number}
         * @property {number} CODEC_NONE=0 CODEC_NONE value
         * @property {number} CODEC_GZIP=1 CODEC_GZIP value
         * @property {number} CODEC_ZSTD=2 CODEC_ZSTD value
         */
        v1.Codec = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "CODEC_NONE"] = 0;
            values[valuesById[1] = "CODEC_GZIP"] = 1;
            values[valuesById[2] = "CODEC_ZSTD"] = 2;
            return values;
        })();

        /**
         * BlockKind enum.
         * @name skerry.v1.BlockKind
         * @enum {number}
         * @property {number} BLOCK_KIND_UNSPECIFIED=0 BLOCK_KIND_UNSPECIFIED value
         * @property {number} BLOCK_KIND_RESULTS=1 BLOCK_KIND_RESULTS value
         * @property {number} BLOCK_KIND_ALERTS=2 BLOCK_KIND_ALERTS value
         * @property {number} BLOCK_KIND_SUMMARY=3 BLOCK_KIND_SUMMARY value
         * @property {number} BLOCK_KIND_TOMBSTONE=4 BLOCK_KIND_TOMBSTONE value
         */
        v1.BlockKind = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "BLOCK_KIND_UNSPECIFIED"] = 0;
            values[valuesById[1] = "BLOCK_KIND_RESULTS"] = 1;
            values[valuesById[2] = "BLOCK_KIND_ALERTS"] = 2;
            values[valuesById[3] = "BLOCK_KIND_SUMMARY"] = 3;
            values[valuesById[4] = "BLOCK_KIND_TOMBSTONE"] = 4;
            return values;
        })();

        v1.Block = (function() {

            /**
             * Properties of a Block.
             * @typedef {Object} skerry.v1.Block.$Properties
             * @property {Uint8Array|null} [epoch] Block epoch
             * @property {skerry.v1.Lane|null} [lane] Block lane
             * @property {number|null} [seq] Block seq
             * @property {number|null} [seqLast] Block seqLast
             * @property {skerry.v1.BlockKind|null} [kind] Block kind
             * @property {number|null} [count] Block count
             * @property {skerry.v1.Codec|null} [codec] Block codec
             * @property {number|null} [crc32c] Block crc32c
             * @property {Uint8Array|null} [columns] Block columns
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Block.
             * @memberof skerry.v1
             * @interface IBlock
             * @augments skerry.v1.Block.$Properties
             * @deprecated Use skerry.v1.Block.$Properties instead.
             */

            /**
             * Shape of a Block.
             * @typedef {skerry.v1.Block.$Properties} skerry.v1.Block.$Shape
             */

            /**
             * Constructs a new Block.
             * @memberof skerry.v1
             * @classdesc Represents a Block.
             * @constructor
             * @param {skerry.v1.Block.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Block = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Block epoch.
             * @member {Uint8Array} epoch
             * @memberof skerry.v1.Block
             * @instance
             */
            Block.prototype.epoch = $util.newBuffer([]);

            /**
             * Block lane.
             * @member {skerry.v1.Lane} lane
             * @memberof skerry.v1.Block
             * @instance
             */
            Block.prototype.lane = 0;

            /**
             * Block seq.
             * @member {number} seq
             * @memberof skerry.v1.Block
             * @instance
             */
            Block.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Block seqLast.
             * @member {number} seqLast
             * @memberof skerry.v1.Block
             * @instance
             */
            Block.prototype.seqLast = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Block kind.
             * @member {skerry.v1.BlockKind} kind
             * @memberof skerry.v1.Block
             * @instance
             */
            Block.prototype.kind = 0;

            /**
             * Block count.
             * @member {number} count
             * @memberof skerry.v1.Block
             * @instance
             */
            Block.prototype.count = 0;

            /**
             * Block codec.
             * @member {skerry.v1.Codec} codec
             * @memberof skerry.v1.Block
             * @instance
             */
            Block.prototype.codec = 0;

            /**
             * Block crc32c.
             * @member {number} crc32c
             * @memberof skerry.v1.Block
             * @instance
             */
            Block.prototype.crc32c = 0;

            /**
             * Block columns.
             * @member {Uint8Array} columns
             * @memberof skerry.v1.Block
             * @instance
             */
            Block.prototype.columns = $util.newBuffer([]);

            /**
             * Encodes the specified Block message. Does not implicitly {@link skerry.v1.Block.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.Block
             * @static
             * @param {skerry.v1.Block.$Properties} message Block message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Block.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.epoch);
                if (message.lane != null && $Object.hasOwnProperty.call(message, "lane") && message.lane !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.lane);
                if (message.seq != null && $Object.hasOwnProperty.call(message, "seq") && (typeof message.seq === "object" ? message.seq.low || message.seq.high : message.seq !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.seq);
                if (message.seqLast != null && $Object.hasOwnProperty.call(message, "seqLast") && (typeof message.seqLast === "object" ? message.seqLast.low || message.seqLast.high : message.seqLast !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.seqLast);
                if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).int32(message.kind);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.count);
                if (message.codec != null && $Object.hasOwnProperty.call(message, "codec") && message.codec !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).int32(message.codec);
                if (message.crc32c != null && $Object.hasOwnProperty.call(message, "crc32c") && message.crc32c !== 0)
                    writer.uint32(/* id 8, wireType 5 =*/69).fixed32(message.crc32c);
                if (message.columns != null && $Object.hasOwnProperty.call(message, "columns") && message.columns.length)
                    writer.uint32(/* id 9, wireType 2 =*/74).bytes(message.columns);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Block message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.Block
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.Block & skerry.v1.Block.$Shape} Block
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Block.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.Block();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.lane = value;
                            else
                                delete message.lane;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seq = value;
                            else
                                delete message.seq;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seqLast = value;
                            else
                                delete message.seqLast;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.kind = value;
                            else
                                delete message.kind;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.codec = value;
                            else
                                delete message.codec;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 5)
                                break;
                            if (value = reader.fixed32())
                                message.crc32c = value;
                            else
                                delete message.crc32c;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.columns = value;
                            else
                                delete message.columns;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Block;
        })();

        /**
         * Decision enum.
         * @name skerry.v1.Decision
         * @enum {number}
         * @property {number} DECISION_UNSPECIFIED=0 DECISION_UNSPECIFIED value
         * @property {number} DECISION_NORMAL=1 DECISION_NORMAL value
         * @property {number} DECISION_PENDING=2 DECISION_PENDING value
         * @property {number} DECISION_ALERT=3 DECISION_ALERT value
         * @property {number} DECISION_ERROR=4 DECISION_ERROR value
         */
        v1.Decision = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "DECISION_UNSPECIFIED"] = 0;
            values[valuesById[1] = "DECISION_NORMAL"] = 1;
            values[valuesById[2] = "DECISION_PENDING"] = 2;
            values[valuesById[3] = "DECISION_ALERT"] = 3;
            values[valuesById[4] = "DECISION_ERROR"] = 4;
            return values;
        })();

        v1.OutputColumn = (function() {

            /**
             * Properties of an OutputColumn.
             * @typedef {Object} skerry.v1.OutputColumn.$Properties
             * @property {string|null} [name] OutputColumn name
             * @property {number|null} [width] OutputColumn width
             * @property {Array.<number>|null} [values] OutputColumn values
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an OutputColumn.
             * @memberof skerry.v1
             * @interface IOutputColumn
             * @augments skerry.v1.OutputColumn.$Properties
             * @deprecated Use skerry.v1.OutputColumn.$Properties instead.
             */

            /**
             * Shape of an OutputColumn.
             * @typedef {skerry.v1.OutputColumn.$Properties} skerry.v1.OutputColumn.$Shape
             */

            /**
             * Constructs a new OutputColumn.
             * @memberof skerry.v1
             * @classdesc Represents an OutputColumn.
             * @constructor
             * @param {skerry.v1.OutputColumn.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const OutputColumn = function (properties) {
                this.values = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * OutputColumn name.
             * @member {string} name
             * @memberof skerry.v1.OutputColumn
             * @instance
             */
            OutputColumn.prototype.name = "";

            /**
             * OutputColumn width.
             * @member {number} width
             * @memberof skerry.v1.OutputColumn
             * @instance
             */
            OutputColumn.prototype.width = 0;

            /**
             * OutputColumn values.
             * @member {Array.<number>} values
             * @memberof skerry.v1.OutputColumn
             * @instance
             */
            OutputColumn.prototype.values = $util.emptyArray;

            /**
             * Encodes the specified OutputColumn message. Does not implicitly {@link skerry.v1.OutputColumn.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.OutputColumn
             * @static
             * @param {skerry.v1.OutputColumn.$Properties} message OutputColumn message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            OutputColumn.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.width != null && $Object.hasOwnProperty.call(message, "width") && message.width !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.width);
                if (message.values != null && message.values.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).floats(message.values);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an OutputColumn message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.OutputColumn
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.OutputColumn & skerry.v1.OutputColumn.$Shape} OutputColumn
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            OutputColumn.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.OutputColumn();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.width = value;
                            else
                                delete message.width;
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.values && message.values.length))
                                    message.values = [];
                                reader.floats(message.values);
                                continue;
                            }
                            if (wireType !== 5)
                                break;
                            if (!(message.values && message.values.length))
                                message.values = [];
                            message.values.push(reader.float());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return OutputColumn;
        })();

        v1.ResultColumns = (function() {

            /**
             * Properties of a ResultColumns.
             * @typedef {Object} skerry.v1.ResultColumns.$Properties
             * @property {Array.<string>|null} [strings] ResultColumns strings
             * @property {Array.<number>|null} [pipeline] ResultColumns pipeline
             * @property {Array.<number>|null} [device] ResultColumns device
             * @property {Array.<number>|null} [release] ResultColumns release
             * @property {Array.<number>|null} [releaseDigest] ResultColumns releaseDigest
             * @property {Array.<number>|null} [variant] ResultColumns variant
             * @property {Array.<number>|null} [backend] ResultColumns backend
             * @property {Array.<number>|null} [fromDeltaUs] ResultColumns fromDeltaUs
             * @property {Array.<number>|null} [lengthUs] ResultColumns lengthUs
             * @property {Array.<skerry.v1.Decision>|null} [decision] ResultColumns decision
             * @property {Array.<skerry.v1.OutputColumn.$Properties>|null} [outputs] ResultColumns outputs
             * @property {Array.<number>|null} [attributionCount] ResultColumns attributionCount
             * @property {Array.<number>|null} [attributionChannel] ResultColumns attributionChannel
             * @property {Array.<number>|null} [attributionShare] ResultColumns attributionShare
             * @property {Array.<number>|null} [missing] ResultColumns missing
             * @property {Array.<number>|null} [interpolated] ResultColumns interpolated
             * @property {Array.<number>|null} [late] ResultColumns late
             * @property {Array.<number>|null} [policy] ResultColumns policy
             * @property {Array.<number>|null} [inferUs] ResultColumns inferUs
             * @property {Uint8Array|null} [inputDigest] ResultColumns inputDigest
             * @property {Array.<number>|null} [producedDeltaMs] ResultColumns producedDeltaMs
             * @property {number|null} [uncertaintyMs] ResultColumns uncertaintyMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ResultColumns.
             * @memberof skerry.v1
             * @interface IResultColumns
             * @augments skerry.v1.ResultColumns.$Properties
             * @deprecated Use skerry.v1.ResultColumns.$Properties instead.
             */

            /**
             * Shape of a ResultColumns.
             * @typedef {skerry.v1.ResultColumns.$Properties} skerry.v1.ResultColumns.$Shape
             */

            /**
             * Constructs a new ResultColumns.
             * @memberof skerry.v1
             * @classdesc Represents a ResultColumns.
             * @constructor
             * @param {skerry.v1.ResultColumns.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ResultColumns = function (properties) {
                this.strings = [];
                this.pipeline = [];
                this.device = [];
                this.release = [];
                this.releaseDigest = [];
                this.variant = [];
                this.backend = [];
                this.fromDeltaUs = [];
                this.lengthUs = [];
                this.decision = [];
                this.outputs = [];
                this.attributionCount = [];
                this.attributionChannel = [];
                this.attributionShare = [];
                this.missing = [];
                this.interpolated = [];
                this.late = [];
                this.policy = [];
                this.inferUs = [];
                this.producedDeltaMs = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ResultColumns strings.
             * @member {Array.<string>} strings
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.strings = $util.emptyArray;

            /**
             * ResultColumns pipeline.
             * @member {Array.<number>} pipeline
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.pipeline = $util.emptyArray;

            /**
             * ResultColumns device.
             * @member {Array.<number>} device
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.device = $util.emptyArray;

            /**
             * ResultColumns release.
             * @member {Array.<number>} release
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.release = $util.emptyArray;

            /**
             * ResultColumns releaseDigest.
             * @member {Array.<number>} releaseDigest
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.releaseDigest = $util.emptyArray;

            /**
             * ResultColumns variant.
             * @member {Array.<number>} variant
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.variant = $util.emptyArray;

            /**
             * ResultColumns backend.
             * @member {Array.<number>} backend
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.backend = $util.emptyArray;

            /**
             * ResultColumns fromDeltaUs.
             * @member {Array.<number>} fromDeltaUs
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.fromDeltaUs = $util.emptyArray;

            /**
             * ResultColumns lengthUs.
             * @member {Array.<number>} lengthUs
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.lengthUs = $util.emptyArray;

            /**
             * ResultColumns decision.
             * @member {Array.<skerry.v1.Decision>} decision
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.decision = $util.emptyArray;

            /**
             * ResultColumns outputs.
             * @member {Array.<skerry.v1.OutputColumn.$Properties>} outputs
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.outputs = $util.emptyArray;

            /**
             * ResultColumns attributionCount.
             * @member {Array.<number>} attributionCount
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.attributionCount = $util.emptyArray;

            /**
             * ResultColumns attributionChannel.
             * @member {Array.<number>} attributionChannel
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.attributionChannel = $util.emptyArray;

            /**
             * ResultColumns attributionShare.
             * @member {Array.<number>} attributionShare
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.attributionShare = $util.emptyArray;

            /**
             * ResultColumns missing.
             * @member {Array.<number>} missing
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.missing = $util.emptyArray;

            /**
             * ResultColumns interpolated.
             * @member {Array.<number>} interpolated
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.interpolated = $util.emptyArray;

            /**
             * ResultColumns late.
             * @member {Array.<number>} late
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.late = $util.emptyArray;

            /**
             * ResultColumns policy.
             * @member {Array.<number>} policy
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.policy = $util.emptyArray;

            /**
             * ResultColumns inferUs.
             * @member {Array.<number>} inferUs
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.inferUs = $util.emptyArray;

            /**
             * ResultColumns inputDigest.
             * @member {Uint8Array} inputDigest
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.inputDigest = $util.newBuffer([]);

            /**
             * ResultColumns producedDeltaMs.
             * @member {Array.<number>} producedDeltaMs
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.producedDeltaMs = $util.emptyArray;

            /**
             * ResultColumns uncertaintyMs.
             * @member {number} uncertaintyMs
             * @memberof skerry.v1.ResultColumns
             * @instance
             */
            ResultColumns.prototype.uncertaintyMs = 0;

            /**
             * Encodes the specified ResultColumns message. Does not implicitly {@link skerry.v1.ResultColumns.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.ResultColumns
             * @static
             * @param {skerry.v1.ResultColumns.$Properties} message ResultColumns message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ResultColumns.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.strings != null && message.strings.length)
                    for (let i = 0; i < message.strings.length; ++i)
                        writer.uint32(/* id 1, wireType 2 =*/10).string(message.strings[i]);
                if (message.pipeline != null && message.pipeline.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint32s(message.pipeline);
                if (message.device != null && message.device.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.device);
                if (message.release != null && message.release.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).uint32s(message.release);
                if (message.releaseDigest != null && message.releaseDigest.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).uint32s(message.releaseDigest);
                if (message.variant != null && message.variant.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).uint32s(message.variant);
                if (message.backend != null && message.backend.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).uint32s(message.backend);
                if (message.fromDeltaUs != null && message.fromDeltaUs.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).sint64s(message.fromDeltaUs);
                if (message.lengthUs != null && message.lengthUs.length)
                    writer.uint32(/* id 9, wireType 2 =*/74).uint64s(message.lengthUs);
                if (message.decision != null && message.decision.length)
                    writer.uint32(/* id 10, wireType 2 =*/82).int32s(message.decision);
                if (message.outputs != null && message.outputs.length)
                    for (let i = 0; i < message.outputs.length; ++i)
                        $root.skerry.v1.OutputColumn.encode(message.outputs[i], writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.attributionCount != null && message.attributionCount.length)
                    writer.uint32(/* id 12, wireType 2 =*/98).uint32s(message.attributionCount);
                if (message.attributionChannel != null && message.attributionChannel.length)
                    writer.uint32(/* id 13, wireType 2 =*/106).uint32s(message.attributionChannel);
                if (message.attributionShare != null && message.attributionShare.length)
                    writer.uint32(/* id 14, wireType 2 =*/114).floats(message.attributionShare);
                if (message.missing != null && message.missing.length)
                    writer.uint32(/* id 15, wireType 2 =*/122).uint32s(message.missing);
                if (message.interpolated != null && message.interpolated.length)
                    writer.uint32(/* id 16, wireType 2 =*/130).uint32s(message.interpolated);
                if (message.late != null && message.late.length)
                    writer.uint32(/* id 17, wireType 2 =*/138).uint32s(message.late);
                if (message.policy != null && message.policy.length)
                    writer.uint32(/* id 18, wireType 2 =*/146).uint32s(message.policy);
                if (message.inferUs != null && message.inferUs.length)
                    writer.uint32(/* id 19, wireType 2 =*/154).uint32s(message.inferUs);
                if (message.inputDigest != null && $Object.hasOwnProperty.call(message, "inputDigest") && message.inputDigest.length)
                    writer.uint32(/* id 20, wireType 2 =*/162).bytes(message.inputDigest);
                if (message.producedDeltaMs != null && message.producedDeltaMs.length)
                    writer.uint32(/* id 21, wireType 2 =*/170).sint64s(message.producedDeltaMs);
                if (message.uncertaintyMs != null && $Object.hasOwnProperty.call(message, "uncertaintyMs") && message.uncertaintyMs !== 0)
                    writer.uint32(/* id 22, wireType 0 =*/176).uint32(message.uncertaintyMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ResultColumns message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.ResultColumns
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.ResultColumns & skerry.v1.ResultColumns.$Shape} ResultColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ResultColumns.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.ResultColumns();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.strings && message.strings.length))
                                message.strings = [];
                            message.strings.push(reader.stringVerify());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.pipeline && message.pipeline.length))
                                    message.pipeline = [];
                                reader.uint32s(message.pipeline);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.pipeline && message.pipeline.length))
                                message.pipeline = [];
                            message.pipeline.push(reader.uint32());
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.device && message.device.length))
                                    message.device = [];
                                reader.uint32s(message.device);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.device && message.device.length))
                                message.device = [];
                            message.device.push(reader.uint32());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.release && message.release.length))
                                    message.release = [];
                                reader.uint32s(message.release);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.release && message.release.length))
                                message.release = [];
                            message.release.push(reader.uint32());
                            continue;
                        }
                    case 5: {
                            if (wireType === 2) {
                                if (!(message.releaseDigest && message.releaseDigest.length))
                                    message.releaseDigest = [];
                                reader.uint32s(message.releaseDigest);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.releaseDigest && message.releaseDigest.length))
                                message.releaseDigest = [];
                            message.releaseDigest.push(reader.uint32());
                            continue;
                        }
                    case 6: {
                            if (wireType === 2) {
                                if (!(message.variant && message.variant.length))
                                    message.variant = [];
                                reader.uint32s(message.variant);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.variant && message.variant.length))
                                message.variant = [];
                            message.variant.push(reader.uint32());
                            continue;
                        }
                    case 7: {
                            if (wireType === 2) {
                                if (!(message.backend && message.backend.length))
                                    message.backend = [];
                                reader.uint32s(message.backend);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.backend && message.backend.length))
                                message.backend = [];
                            message.backend.push(reader.uint32());
                            continue;
                        }
                    case 8: {
                            if (wireType === 2) {
                                if (!(message.fromDeltaUs && message.fromDeltaUs.length))
                                    message.fromDeltaUs = [];
                                reader.sint64s(message.fromDeltaUs);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.fromDeltaUs && message.fromDeltaUs.length))
                                message.fromDeltaUs = [];
                            message.fromDeltaUs.push(reader.sint64());
                            continue;
                        }
                    case 9: {
                            if (wireType === 2) {
                                if (!(message.lengthUs && message.lengthUs.length))
                                    message.lengthUs = [];
                                reader.uint64s(message.lengthUs);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.lengthUs && message.lengthUs.length))
                                message.lengthUs = [];
                            message.lengthUs.push(reader.uint64());
                            continue;
                        }
                    case 10: {
                            if (wireType === 2) {
                                if (!(message.decision && message.decision.length))
                                    message.decision = [];
                                reader.int32s(message.decision);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.decision && message.decision.length))
                                message.decision = [];
                            message.decision.push(reader.int32());
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if (!(message.outputs && message.outputs.length))
                                message.outputs = [];
                            message.outputs.push($root.skerry.v1.OutputColumn.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 12: {
                            if (wireType === 2) {
                                if (!(message.attributionCount && message.attributionCount.length))
                                    message.attributionCount = [];
                                reader.uint32s(message.attributionCount);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.attributionCount && message.attributionCount.length))
                                message.attributionCount = [];
                            message.attributionCount.push(reader.uint32());
                            continue;
                        }
                    case 13: {
                            if (wireType === 2) {
                                if (!(message.attributionChannel && message.attributionChannel.length))
                                    message.attributionChannel = [];
                                reader.uint32s(message.attributionChannel);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.attributionChannel && message.attributionChannel.length))
                                message.attributionChannel = [];
                            message.attributionChannel.push(reader.uint32());
                            continue;
                        }
                    case 14: {
                            if (wireType === 2) {
                                if (!(message.attributionShare && message.attributionShare.length))
                                    message.attributionShare = [];
                                reader.floats(message.attributionShare);
                                continue;
                            }
                            if (wireType !== 5)
                                break;
                            if (!(message.attributionShare && message.attributionShare.length))
                                message.attributionShare = [];
                            message.attributionShare.push(reader.float());
                            continue;
                        }
                    case 15: {
                            if (wireType === 2) {
                                if (!(message.missing && message.missing.length))
                                    message.missing = [];
                                reader.uint32s(message.missing);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.missing && message.missing.length))
                                message.missing = [];
                            message.missing.push(reader.uint32());
                            continue;
                        }
                    case 16: {
                            if (wireType === 2) {
                                if (!(message.interpolated && message.interpolated.length))
                                    message.interpolated = [];
                                reader.uint32s(message.interpolated);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.interpolated && message.interpolated.length))
                                message.interpolated = [];
                            message.interpolated.push(reader.uint32());
                            continue;
                        }
                    case 17: {
                            if (wireType === 2) {
                                if (!(message.late && message.late.length))
                                    message.late = [];
                                reader.uint32s(message.late);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.late && message.late.length))
                                message.late = [];
                            message.late.push(reader.uint32());
                            continue;
                        }
                    case 18: {
                            if (wireType === 2) {
                                if (!(message.policy && message.policy.length))
                                    message.policy = [];
                                reader.uint32s(message.policy);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.policy && message.policy.length))
                                message.policy = [];
                            message.policy.push(reader.uint32());
                            continue;
                        }
                    case 19: {
                            if (wireType === 2) {
                                if (!(message.inferUs && message.inferUs.length))
                                    message.inferUs = [];
                                reader.uint32s(message.inferUs);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.inferUs && message.inferUs.length))
                                message.inferUs = [];
                            message.inferUs.push(reader.uint32());
                            continue;
                        }
                    case 20: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.inputDigest = value;
                            else
                                delete message.inputDigest;
                            continue;
                        }
                    case 21: {
                            if (wireType === 2) {
                                if (!(message.producedDeltaMs && message.producedDeltaMs.length))
                                    message.producedDeltaMs = [];
                                reader.sint64s(message.producedDeltaMs);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.producedDeltaMs && message.producedDeltaMs.length))
                                message.producedDeltaMs = [];
                            message.producedDeltaMs.push(reader.sint64());
                            continue;
                        }
                    case 22: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.uncertaintyMs = value;
                            else
                                delete message.uncertaintyMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ResultColumns;
        })();

        v1.Attribution = (function() {

            /**
             * Properties of an Attribution.
             * @typedef {Object} skerry.v1.Attribution.$Properties
             * @property {string|null} [channel] Attribution channel
             * @property {number|null} [share] Attribution share
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Attribution.
             * @memberof skerry.v1
             * @interface IAttribution
             * @augments skerry.v1.Attribution.$Properties
             * @deprecated Use skerry.v1.Attribution.$Properties instead.
             */

            /**
             * Shape of an Attribution.
             * @typedef {skerry.v1.Attribution.$Properties} skerry.v1.Attribution.$Shape
             */

            /**
             * Constructs a new Attribution.
             * @memberof skerry.v1
             * @classdesc Represents an Attribution.
             * @constructor
             * @param {skerry.v1.Attribution.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Attribution = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Attribution channel.
             * @member {string} channel
             * @memberof skerry.v1.Attribution
             * @instance
             */
            Attribution.prototype.channel = "";

            /**
             * Attribution share.
             * @member {number} share
             * @memberof skerry.v1.Attribution
             * @instance
             */
            Attribution.prototype.share = 0;

            /**
             * Encodes the specified Attribution message. Does not implicitly {@link skerry.v1.Attribution.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.Attribution
             * @static
             * @param {skerry.v1.Attribution.$Properties} message Attribution message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Attribution.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.channel != null && $Object.hasOwnProperty.call(message, "channel") && message.channel !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.channel);
                if (message.share != null && $Object.hasOwnProperty.call(message, "share") && !$Object.is(message.share, 0))
                    writer.uint32(/* id 2, wireType 5 =*/21).float(message.share);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Attribution message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.Attribution
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.Attribution & skerry.v1.Attribution.$Shape} Attribution
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Attribution.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.Attribution();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.channel = value;
                            else
                                delete message.channel;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 5)
                                break;
                            if (!$Object.is(value = reader.float(), 0))
                                message.share = value;
                            else
                                delete message.share;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Attribution;
        })();

        /**
         * EpisodeState enum.
         * @name skerry.v1.EpisodeState
         * @enum {number}
         * @property {number} EPISODE_STATE_UNSPECIFIED=0 EPISODE_STATE_UNSPECIFIED value
         * @property {number} EPISODE_STATE_OPEN=1 EPISODE_STATE_OPEN value
         * @property {number} EPISODE_STATE_UPDATE=2 EPISODE_STATE_UPDATE value
         * @property {number} EPISODE_STATE_CLEARED=3 EPISODE_STATE_CLEARED value
         */
        v1.EpisodeState = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "EPISODE_STATE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "EPISODE_STATE_OPEN"] = 1;
            values[valuesById[2] = "EPISODE_STATE_UPDATE"] = 2;
            values[valuesById[3] = "EPISODE_STATE_CLEARED"] = 3;
            return values;
        })();

        v1.AlertRecord = (function() {

            /**
             * Properties of an AlertRecord.
             * @typedef {Object} skerry.v1.AlertRecord.$Properties
             * @property {string|null} [episode] AlertRecord episode
             * @property {skerry.v1.EpisodeState|null} [state] AlertRecord state
             * @property {string|null} [kind] AlertRecord kind
             * @property {string|null} [resultId] AlertRecord resultId
             * @property {string|null} [pipeline] AlertRecord pipeline
             * @property {string|null} [device] AlertRecord device
             * @property {string|null} [release] AlertRecord release
             * @property {string|null} [releaseDigest] AlertRecord releaseDigest
             * @property {number|null} [fromUs] AlertRecord fromUs
             * @property {number|null} [toUs] AlertRecord toUs
             * @property {string|null} [output] AlertRecord output
             * @property {number|null} [value] AlertRecord value
             * @property {number|null} [threshold] AlertRecord threshold
             * @property {Array.<skerry.v1.Attribution.$Properties>|null} [attribution] AlertRecord attribution
             * @property {number|null} [policy] AlertRecord policy
             * @property {string|null} [message] AlertRecord message
             * @property {number|null} [wallMs] AlertRecord wallMs
             * @property {number|null} [uncertaintyMs] AlertRecord uncertaintyMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an AlertRecord.
             * @memberof skerry.v1
             * @interface IAlertRecord
             * @augments skerry.v1.AlertRecord.$Properties
             * @deprecated Use skerry.v1.AlertRecord.$Properties instead.
             */

            /**
             * Shape of an AlertRecord.
             * @typedef {skerry.v1.AlertRecord.$Properties} skerry.v1.AlertRecord.$Shape
             */

            /**
             * Constructs a new AlertRecord.
             * @memberof skerry.v1
             * @classdesc Represents an AlertRecord.
             * @constructor
             * @param {skerry.v1.AlertRecord.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const AlertRecord = function (properties) {
                this.attribution = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * AlertRecord episode.
             * @member {string} episode
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.episode = "";

            /**
             * AlertRecord state.
             * @member {skerry.v1.EpisodeState} state
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.state = 0;

            /**
             * AlertRecord kind.
             * @member {string} kind
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.kind = "";

            /**
             * AlertRecord resultId.
             * @member {string} resultId
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.resultId = "";

            /**
             * AlertRecord pipeline.
             * @member {string} pipeline
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.pipeline = "";

            /**
             * AlertRecord device.
             * @member {string} device
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.device = "";

            /**
             * AlertRecord release.
             * @member {string} release
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.release = "";

            /**
             * AlertRecord releaseDigest.
             * @member {string} releaseDigest
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.releaseDigest = "";

            /**
             * AlertRecord fromUs.
             * @member {number} fromUs
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.fromUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * AlertRecord toUs.
             * @member {number} toUs
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.toUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * AlertRecord output.
             * @member {string} output
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.output = "";

            /**
             * AlertRecord value.
             * @member {number} value
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.value = 0;

            /**
             * AlertRecord threshold.
             * @member {number} threshold
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.threshold = 0;

            /**
             * AlertRecord attribution.
             * @member {Array.<skerry.v1.Attribution.$Properties>} attribution
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.attribution = $util.emptyArray;

            /**
             * AlertRecord policy.
             * @member {number} policy
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.policy = 0;

            /**
             * AlertRecord message.
             * @member {string} message
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.message = "";

            /**
             * AlertRecord wallMs.
             * @member {number} wallMs
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.wallMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * AlertRecord uncertaintyMs.
             * @member {number} uncertaintyMs
             * @memberof skerry.v1.AlertRecord
             * @instance
             */
            AlertRecord.prototype.uncertaintyMs = 0;

            /**
             * Encodes the specified AlertRecord message. Does not implicitly {@link skerry.v1.AlertRecord.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.AlertRecord
             * @static
             * @param {skerry.v1.AlertRecord.$Properties} message AlertRecord message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            AlertRecord.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.episode != null && $Object.hasOwnProperty.call(message, "episode") && message.episode !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.episode);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.state);
                if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.kind);
                if (message.resultId != null && $Object.hasOwnProperty.call(message, "resultId") && message.resultId !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.resultId);
                if (message.pipeline != null && $Object.hasOwnProperty.call(message, "pipeline") && message.pipeline !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.pipeline);
                if (message.device != null && $Object.hasOwnProperty.call(message, "device") && message.device !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.device);
                if (message.release != null && $Object.hasOwnProperty.call(message, "release") && message.release !== "")
                    writer.uint32(/* id 7, wireType 2 =*/58).string(message.release);
                if (message.releaseDigest != null && $Object.hasOwnProperty.call(message, "releaseDigest") && message.releaseDigest !== "")
                    writer.uint32(/* id 8, wireType 2 =*/66).string(message.releaseDigest);
                if (message.fromUs != null && $Object.hasOwnProperty.call(message, "fromUs") && (typeof message.fromUs === "object" ? message.fromUs.low || message.fromUs.high : message.fromUs !== 0))
                    writer.uint32(/* id 9, wireType 0 =*/72).int64(message.fromUs);
                if (message.toUs != null && $Object.hasOwnProperty.call(message, "toUs") && (typeof message.toUs === "object" ? message.toUs.low || message.toUs.high : message.toUs !== 0))
                    writer.uint32(/* id 10, wireType 0 =*/80).int64(message.toUs);
                if (message.output != null && $Object.hasOwnProperty.call(message, "output") && message.output !== "")
                    writer.uint32(/* id 11, wireType 2 =*/90).string(message.output);
                if (message.value != null && $Object.hasOwnProperty.call(message, "value") && !$Object.is(message.value, 0))
                    writer.uint32(/* id 12, wireType 1 =*/97).double(message.value);
                if (message.threshold != null && $Object.hasOwnProperty.call(message, "threshold") && !$Object.is(message.threshold, 0))
                    writer.uint32(/* id 13, wireType 1 =*/105).double(message.threshold);
                if (message.attribution != null && message.attribution.length)
                    for (let i = 0; i < message.attribution.length; ++i)
                        $root.skerry.v1.Attribution.encode(message.attribution[i], writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
                if (message.policy != null && $Object.hasOwnProperty.call(message, "policy") && message.policy !== 0)
                    writer.uint32(/* id 15, wireType 0 =*/120).uint32(message.policy);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                    writer.uint32(/* id 16, wireType 2 =*/130).string(message.message);
                if (message.wallMs != null && $Object.hasOwnProperty.call(message, "wallMs") && (typeof message.wallMs === "object" ? message.wallMs.low || message.wallMs.high : message.wallMs !== 0))
                    writer.uint32(/* id 17, wireType 0 =*/136).int64(message.wallMs);
                if (message.uncertaintyMs != null && $Object.hasOwnProperty.call(message, "uncertaintyMs") && message.uncertaintyMs !== 0)
                    writer.uint32(/* id 18, wireType 0 =*/144).uint32(message.uncertaintyMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an AlertRecord message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.AlertRecord
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.AlertRecord & skerry.v1.AlertRecord.$Shape} AlertRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            AlertRecord.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.AlertRecord();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.episode = value;
                            else
                                delete message.episode;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.kind = value;
                            else
                                delete message.kind;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.resultId = value;
                            else
                                delete message.resultId;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.pipeline = value;
                            else
                                delete message.pipeline;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.device = value;
                            else
                                delete message.device;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.release = value;
                            else
                                delete message.release;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.releaseDigest = value;
                            else
                                delete message.releaseDigest;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.fromUs = value;
                            else
                                delete message.fromUs;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.toUs = value;
                            else
                                delete message.toUs;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.output = value;
                            else
                                delete message.output;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.value = value;
                            else
                                delete message.value;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.threshold = value;
                            else
                                delete message.threshold;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            if (!(message.attribution && message.attribution.length))
                                message.attribution = [];
                            message.attribution.push($root.skerry.v1.Attribution.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 15: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.policy = value;
                            else
                                delete message.policy;
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    case 17: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.wallMs = value;
                            else
                                delete message.wallMs;
                            continue;
                        }
                    case 18: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.uncertaintyMs = value;
                            else
                                delete message.uncertaintyMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return AlertRecord;
        })();

        v1.AlertList = (function() {

            /**
             * Properties of an AlertList.
             * @typedef {Object} skerry.v1.AlertList.$Properties
             * @property {Array.<skerry.v1.AlertRecord.$Properties>|null} [alerts] AlertList alerts
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an AlertList.
             * @memberof skerry.v1
             * @interface IAlertList
             * @augments skerry.v1.AlertList.$Properties
             * @deprecated Use skerry.v1.AlertList.$Properties instead.
             */

            /**
             * Shape of an AlertList.
             * @typedef {skerry.v1.AlertList.$Properties} skerry.v1.AlertList.$Shape
             */

            /**
             * Constructs a new AlertList.
             * @memberof skerry.v1
             * @classdesc Represents an AlertList.
             * @constructor
             * @param {skerry.v1.AlertList.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const AlertList = function (properties) {
                this.alerts = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * AlertList alerts.
             * @member {Array.<skerry.v1.AlertRecord.$Properties>} alerts
             * @memberof skerry.v1.AlertList
             * @instance
             */
            AlertList.prototype.alerts = $util.emptyArray;

            /**
             * Encodes the specified AlertList message. Does not implicitly {@link skerry.v1.AlertList.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.AlertList
             * @static
             * @param {skerry.v1.AlertList.$Properties} message AlertList message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            AlertList.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.alerts != null && message.alerts.length)
                    for (let i = 0; i < message.alerts.length; ++i)
                        $root.skerry.v1.AlertRecord.encode(message.alerts[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an AlertList message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.AlertList
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.AlertList & skerry.v1.AlertList.$Shape} AlertList
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            AlertList.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.AlertList();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.alerts && message.alerts.length))
                                message.alerts = [];
                            message.alerts.push($root.skerry.v1.AlertRecord.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return AlertList;
        })();

        v1.Summary = (function() {

            /**
             * Properties of a Summary.
             * @typedef {Object} skerry.v1.Summary.$Properties
             * @property {string|null} [pipeline] Summary pipeline
             * @property {string|null} [device] Summary device
             * @property {string|null} [releaseDigest] Summary releaseDigest
             * @property {string|null} [output] Summary output
             * @property {number|null} [count] Summary count
             * @property {number|null} [min] Summary min
             * @property {number|null} [mean] Summary mean
             * @property {number|null} [max] Summary max
             * @property {number|null} [last] Summary last
             * @property {number|null} [fromUs] Summary fromUs
             * @property {number|null} [toUs] Summary toUs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Summary.
             * @memberof skerry.v1
             * @interface ISummary
             * @augments skerry.v1.Summary.$Properties
             * @deprecated Use skerry.v1.Summary.$Properties instead.
             */

            /**
             * Shape of a Summary.
             * @typedef {skerry.v1.Summary.$Properties} skerry.v1.Summary.$Shape
             */

            /**
             * Constructs a new Summary.
             * @memberof skerry.v1
             * @classdesc Represents a Summary.
             * @constructor
             * @param {skerry.v1.Summary.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Summary = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Summary pipeline.
             * @member {string} pipeline
             * @memberof skerry.v1.Summary
             * @instance
             */
            Summary.prototype.pipeline = "";

            /**
             * Summary device.
             * @member {string} device
             * @memberof skerry.v1.Summary
             * @instance
             */
            Summary.prototype.device = "";

            /**
             * Summary releaseDigest.
             * @member {string} releaseDigest
             * @memberof skerry.v1.Summary
             * @instance
             */
            Summary.prototype.releaseDigest = "";

            /**
             * Summary output.
             * @member {string} output
             * @memberof skerry.v1.Summary
             * @instance
             */
            Summary.prototype.output = "";

            /**
             * Summary count.
             * @member {number} count
             * @memberof skerry.v1.Summary
             * @instance
             */
            Summary.prototype.count = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Summary min.
             * @member {number} min
             * @memberof skerry.v1.Summary
             * @instance
             */
            Summary.prototype.min = 0;

            /**
             * Summary mean.
             * @member {number} mean
             * @memberof skerry.v1.Summary
             * @instance
             */
            Summary.prototype.mean = 0;

            /**
             * Summary max.
             * @member {number} max
             * @memberof skerry.v1.Summary
             * @instance
             */
            Summary.prototype.max = 0;

            /**
             * Summary last.
             * @member {number} last
             * @memberof skerry.v1.Summary
             * @instance
             */
            Summary.prototype.last = 0;

            /**
             * Summary fromUs.
             * @member {number} fromUs
             * @memberof skerry.v1.Summary
             * @instance
             */
            Summary.prototype.fromUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Summary toUs.
             * @member {number} toUs
             * @memberof skerry.v1.Summary
             * @instance
             */
            Summary.prototype.toUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Encodes the specified Summary message. Does not implicitly {@link skerry.v1.Summary.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.Summary
             * @static
             * @param {skerry.v1.Summary.$Properties} message Summary message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Summary.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.pipeline != null && $Object.hasOwnProperty.call(message, "pipeline") && message.pipeline !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.pipeline);
                if (message.device != null && $Object.hasOwnProperty.call(message, "device") && message.device !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.device);
                if (message.releaseDigest != null && $Object.hasOwnProperty.call(message, "releaseDigest") && message.releaseDigest !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.releaseDigest);
                if (message.output != null && $Object.hasOwnProperty.call(message, "output") && message.output !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.output);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && (typeof message.count === "object" ? message.count.low || message.count.high : message.count !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.count);
                if (message.min != null && $Object.hasOwnProperty.call(message, "min") && !$Object.is(message.min, 0))
                    writer.uint32(/* id 6, wireType 5 =*/53).float(message.min);
                if (message.mean != null && $Object.hasOwnProperty.call(message, "mean") && !$Object.is(message.mean, 0))
                    writer.uint32(/* id 7, wireType 5 =*/61).float(message.mean);
                if (message.max != null && $Object.hasOwnProperty.call(message, "max") && !$Object.is(message.max, 0))
                    writer.uint32(/* id 8, wireType 5 =*/69).float(message.max);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last") && !$Object.is(message.last, 0))
                    writer.uint32(/* id 9, wireType 5 =*/77).float(message.last);
                if (message.fromUs != null && $Object.hasOwnProperty.call(message, "fromUs") && (typeof message.fromUs === "object" ? message.fromUs.low || message.fromUs.high : message.fromUs !== 0))
                    writer.uint32(/* id 10, wireType 0 =*/80).int64(message.fromUs);
                if (message.toUs != null && $Object.hasOwnProperty.call(message, "toUs") && (typeof message.toUs === "object" ? message.toUs.low || message.toUs.high : message.toUs !== 0))
                    writer.uint32(/* id 11, wireType 0 =*/88).int64(message.toUs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Summary message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.Summary
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.Summary & skerry.v1.Summary.$Shape} Summary
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Summary.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.Summary();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.pipeline = value;
                            else
                                delete message.pipeline;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.device = value;
                            else
                                delete message.device;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.releaseDigest = value;
                            else
                                delete message.releaseDigest;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.output = value;
                            else
                                delete message.output;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 5)
                                break;
                            if (!$Object.is(value = reader.float(), 0))
                                message.min = value;
                            else
                                delete message.min;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 5)
                                break;
                            if (!$Object.is(value = reader.float(), 0))
                                message.mean = value;
                            else
                                delete message.mean;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 5)
                                break;
                            if (!$Object.is(value = reader.float(), 0))
                                message.max = value;
                            else
                                delete message.max;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 5)
                                break;
                            if (!$Object.is(value = reader.float(), 0))
                                message.last = value;
                            else
                                delete message.last;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.fromUs = value;
                            else
                                delete message.fromUs;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.toUs = value;
                            else
                                delete message.toUs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Summary;
        })();

        v1.SummaryList = (function() {

            /**
             * Properties of a SummaryList.
             * @typedef {Object} skerry.v1.SummaryList.$Properties
             * @property {Array.<skerry.v1.Summary.$Properties>|null} [summaries] SummaryList summaries
             * @property {number|null} [level] SummaryList level
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SummaryList.
             * @memberof skerry.v1
             * @interface ISummaryList
             * @augments skerry.v1.SummaryList.$Properties
             * @deprecated Use skerry.v1.SummaryList.$Properties instead.
             */

            /**
             * Shape of a SummaryList.
             * @typedef {skerry.v1.SummaryList.$Properties} skerry.v1.SummaryList.$Shape
             */

            /**
             * Constructs a new SummaryList.
             * @memberof skerry.v1
             * @classdesc Represents a SummaryList.
             * @constructor
             * @param {skerry.v1.SummaryList.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SummaryList = function (properties) {
                this.summaries = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SummaryList summaries.
             * @member {Array.<skerry.v1.Summary.$Properties>} summaries
             * @memberof skerry.v1.SummaryList
             * @instance
             */
            SummaryList.prototype.summaries = $util.emptyArray;

            /**
             * SummaryList level.
             * @member {number} level
             * @memberof skerry.v1.SummaryList
             * @instance
             */
            SummaryList.prototype.level = 0;

            /**
             * Encodes the specified SummaryList message. Does not implicitly {@link skerry.v1.SummaryList.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.SummaryList
             * @static
             * @param {skerry.v1.SummaryList.$Properties} message SummaryList message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SummaryList.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.summaries != null && message.summaries.length)
                    for (let i = 0; i < message.summaries.length; ++i)
                        $root.skerry.v1.Summary.encode(message.summaries[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.level != null && $Object.hasOwnProperty.call(message, "level") && message.level !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.level);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SummaryList message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.SummaryList
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.SummaryList & skerry.v1.SummaryList.$Shape} SummaryList
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SummaryList.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.SummaryList();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.summaries && message.summaries.length))
                                message.summaries = [];
                            message.summaries.push($root.skerry.v1.Summary.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.level = value;
                            else
                                delete message.level;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SummaryList;
        })();

        v1.Tombstone = (function() {

            /**
             * Properties of a Tombstone.
             * @typedef {Object} skerry.v1.Tombstone.$Properties
             * @property {string|null} [reason] Tombstone reason
             * @property {number|null} [fromUs] Tombstone fromUs
             * @property {number|null} [toUs] Tombstone toUs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Tombstone.
             * @memberof skerry.v1
             * @interface ITombstone
             * @augments skerry.v1.Tombstone.$Properties
             * @deprecated Use skerry.v1.Tombstone.$Properties instead.
             */

            /**
             * Shape of a Tombstone.
             * @typedef {skerry.v1.Tombstone.$Properties} skerry.v1.Tombstone.$Shape
             */

            /**
             * Constructs a new Tombstone.
             * @memberof skerry.v1
             * @classdesc Represents a Tombstone.
             * @constructor
             * @param {skerry.v1.Tombstone.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Tombstone = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Tombstone reason.
             * @member {string} reason
             * @memberof skerry.v1.Tombstone
             * @instance
             */
            Tombstone.prototype.reason = "";

            /**
             * Tombstone fromUs.
             * @member {number} fromUs
             * @memberof skerry.v1.Tombstone
             * @instance
             */
            Tombstone.prototype.fromUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Tombstone toUs.
             * @member {number} toUs
             * @memberof skerry.v1.Tombstone
             * @instance
             */
            Tombstone.prototype.toUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Encodes the specified Tombstone message. Does not implicitly {@link skerry.v1.Tombstone.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.Tombstone
             * @static
             * @param {skerry.v1.Tombstone.$Properties} message Tombstone message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Tombstone.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.reason);
                if (message.fromUs != null && $Object.hasOwnProperty.call(message, "fromUs") && (typeof message.fromUs === "object" ? message.fromUs.low || message.fromUs.high : message.fromUs !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).int64(message.fromUs);
                if (message.toUs != null && $Object.hasOwnProperty.call(message, "toUs") && (typeof message.toUs === "object" ? message.toUs.low || message.toUs.high : message.toUs !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).int64(message.toUs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Tombstone message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.Tombstone
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.Tombstone & skerry.v1.Tombstone.$Shape} Tombstone
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Tombstone.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.Tombstone();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.fromUs = value;
                            else
                                delete message.fromUs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.toUs = value;
                            else
                                delete message.toUs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Tombstone;
        })();

        v1.GoldenVectors = (function() {

            /**
             * Properties of a GoldenVectors.
             * @typedef {Object} skerry.v1.GoldenVectors.$Properties
             * @property {Array.<skerry.v1.GoldenCase.$Properties>|null} [cases] GoldenVectors cases
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a GoldenVectors.
             * @memberof skerry.v1
             * @interface IGoldenVectors
             * @augments skerry.v1.GoldenVectors.$Properties
             * @deprecated Use skerry.v1.GoldenVectors.$Properties instead.
             */

            /**
             * Shape of a GoldenVectors.
             * @typedef {skerry.v1.GoldenVectors.$Properties} skerry.v1.GoldenVectors.$Shape
             */

            /**
             * Constructs a new GoldenVectors.
             * @memberof skerry.v1
             * @classdesc Represents a GoldenVectors.
             * @constructor
             * @param {skerry.v1.GoldenVectors.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const GoldenVectors = function (properties) {
                this.cases = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * GoldenVectors cases.
             * @member {Array.<skerry.v1.GoldenCase.$Properties>} cases
             * @memberof skerry.v1.GoldenVectors
             * @instance
             */
            GoldenVectors.prototype.cases = $util.emptyArray;

            /**
             * Encodes the specified GoldenVectors message. Does not implicitly {@link skerry.v1.GoldenVectors.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.GoldenVectors
             * @static
             * @param {skerry.v1.GoldenVectors.$Properties} message GoldenVectors message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            GoldenVectors.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.cases != null && message.cases.length)
                    for (let i = 0; i < message.cases.length; ++i)
                        $root.skerry.v1.GoldenCase.encode(message.cases[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a GoldenVectors message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.GoldenVectors
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.GoldenVectors & skerry.v1.GoldenVectors.$Shape} GoldenVectors
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            GoldenVectors.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.GoldenVectors();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.cases && message.cases.length))
                                message.cases = [];
                            message.cases.push($root.skerry.v1.GoldenCase.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return GoldenVectors;
        })();

        v1.GoldenCase = (function() {

            /**
             * Properties of a GoldenCase.
             * @typedef {Object} skerry.v1.GoldenCase.$Properties
             * @property {Array.<skerry.v1.NamedTensor.$Properties>|null} [inputs] GoldenCase inputs
             * @property {Array.<skerry.v1.NamedTensor.$Properties>|null} [outputs] GoldenCase outputs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a GoldenCase.
             * @memberof skerry.v1
             * @interface IGoldenCase
             * @augments skerry.v1.GoldenCase.$Properties
             * @deprecated Use skerry.v1.GoldenCase.$Properties instead.
             */

            /**
             * Shape of a GoldenCase.
             * @typedef {skerry.v1.GoldenCase.$Properties} skerry.v1.GoldenCase.$Shape
             */

            /**
             * Constructs a new GoldenCase.
             * @memberof skerry.v1
             * @classdesc Represents a GoldenCase.
             * @constructor
             * @param {skerry.v1.GoldenCase.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const GoldenCase = function (properties) {
                this.inputs = [];
                this.outputs = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * GoldenCase inputs.
             * @member {Array.<skerry.v1.NamedTensor.$Properties>} inputs
             * @memberof skerry.v1.GoldenCase
             * @instance
             */
            GoldenCase.prototype.inputs = $util.emptyArray;

            /**
             * GoldenCase outputs.
             * @member {Array.<skerry.v1.NamedTensor.$Properties>} outputs
             * @memberof skerry.v1.GoldenCase
             * @instance
             */
            GoldenCase.prototype.outputs = $util.emptyArray;

            /**
             * Encodes the specified GoldenCase message. Does not implicitly {@link skerry.v1.GoldenCase.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.GoldenCase
             * @static
             * @param {skerry.v1.GoldenCase.$Properties} message GoldenCase message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            GoldenCase.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.inputs != null && message.inputs.length)
                    for (let i = 0; i < message.inputs.length; ++i)
                        $root.skerry.v1.NamedTensor.encode(message.inputs[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.outputs != null && message.outputs.length)
                    for (let i = 0; i < message.outputs.length; ++i)
                        $root.skerry.v1.NamedTensor.encode(message.outputs[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a GoldenCase message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.GoldenCase
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.GoldenCase & skerry.v1.GoldenCase.$Shape} GoldenCase
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            GoldenCase.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.GoldenCase();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.inputs && message.inputs.length))
                                message.inputs = [];
                            message.inputs.push($root.skerry.v1.NamedTensor.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.outputs && message.outputs.length))
                                message.outputs = [];
                            message.outputs.push($root.skerry.v1.NamedTensor.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return GoldenCase;
        })();

        v1.NamedTensor = (function() {

            /**
             * Properties of a NamedTensor.
             * @typedef {Object} skerry.v1.NamedTensor.$Properties
             * @property {string|null} [name] NamedTensor name
             * @property {string|null} [type] NamedTensor type
             * @property {Array.<number>|null} [dims] NamedTensor dims
             * @property {Uint8Array|null} [data] NamedTensor data
             * @property {Array.<string>|null} [strings] NamedTensor strings
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a NamedTensor.
             * @memberof skerry.v1
             * @interface INamedTensor
             * @augments skerry.v1.NamedTensor.$Properties
             * @deprecated Use skerry.v1.NamedTensor.$Properties instead.
             */

            /**
             * Shape of a NamedTensor.
             * @typedef {skerry.v1.NamedTensor.$Properties} skerry.v1.NamedTensor.$Shape
             */

            /**
             * Constructs a new NamedTensor.
             * @memberof skerry.v1
             * @classdesc Represents a NamedTensor.
             * @constructor
             * @param {skerry.v1.NamedTensor.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const NamedTensor = function (properties) {
                this.dims = [];
                this.strings = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * NamedTensor name.
             * @member {string} name
             * @memberof skerry.v1.NamedTensor
             * @instance
             */
            NamedTensor.prototype.name = "";

            /**
             * NamedTensor type.
             * @member {string} type
             * @memberof skerry.v1.NamedTensor
             * @instance
             */
            NamedTensor.prototype.type = "";

            /**
             * NamedTensor dims.
             * @member {Array.<number>} dims
             * @memberof skerry.v1.NamedTensor
             * @instance
             */
            NamedTensor.prototype.dims = $util.emptyArray;

            /**
             * NamedTensor data.
             * @member {Uint8Array} data
             * @memberof skerry.v1.NamedTensor
             * @instance
             */
            NamedTensor.prototype.data = $util.newBuffer([]);

            /**
             * NamedTensor strings.
             * @member {Array.<string>} strings
             * @memberof skerry.v1.NamedTensor
             * @instance
             */
            NamedTensor.prototype.strings = $util.emptyArray;

            /**
             * Encodes the specified NamedTensor message. Does not implicitly {@link skerry.v1.NamedTensor.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.NamedTensor
             * @static
             * @param {skerry.v1.NamedTensor.$Properties} message NamedTensor message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            NamedTensor.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.type);
                if (message.dims != null && message.dims.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.dims);
                if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.data);
                if (message.strings != null && message.strings.length)
                    for (let i = 0; i < message.strings.length; ++i)
                        writer.uint32(/* id 5, wireType 2 =*/42).string(message.strings[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a NamedTensor message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.NamedTensor
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.NamedTensor & skerry.v1.NamedTensor.$Shape} NamedTensor
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            NamedTensor.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.NamedTensor();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.type = value;
                            else
                                delete message.type;
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.dims && message.dims.length))
                                    message.dims = [];
                                reader.uint32s(message.dims);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.dims && message.dims.length))
                                message.dims = [];
                            message.dims.push(reader.uint32());
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.data = value;
                            else
                                delete message.data;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.strings && message.strings.length))
                                message.strings = [];
                            message.strings.push(reader.stringVerify());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return NamedTensor;
        })();

        v1.DriftReference = (function() {

            /**
             * Properties of a DriftReference.
             * @typedef {Object} skerry.v1.DriftReference.$Properties
             * @property {Array.<skerry.v1.SignalReference.$Properties>|null} [signals] DriftReference signals
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DriftReference.
             * @memberof skerry.v1
             * @interface IDriftReference
             * @augments skerry.v1.DriftReference.$Properties
             * @deprecated Use skerry.v1.DriftReference.$Properties instead.
             */

            /**
             * Shape of a DriftReference.
             * @typedef {skerry.v1.DriftReference.$Properties} skerry.v1.DriftReference.$Shape
             */

            /**
             * Constructs a new DriftReference.
             * @memberof skerry.v1
             * @classdesc Represents a DriftReference.
             * @constructor
             * @param {skerry.v1.DriftReference.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DriftReference = function (properties) {
                this.signals = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DriftReference signals.
             * @member {Array.<skerry.v1.SignalReference.$Properties>} signals
             * @memberof skerry.v1.DriftReference
             * @instance
             */
            DriftReference.prototype.signals = $util.emptyArray;

            /**
             * Encodes the specified DriftReference message. Does not implicitly {@link skerry.v1.DriftReference.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.DriftReference
             * @static
             * @param {skerry.v1.DriftReference.$Properties} message DriftReference message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DriftReference.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.signals != null && message.signals.length)
                    for (let i = 0; i < message.signals.length; ++i)
                        $root.skerry.v1.SignalReference.encode(message.signals[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DriftReference message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.DriftReference
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.DriftReference & skerry.v1.DriftReference.$Shape} DriftReference
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DriftReference.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.DriftReference();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.signals && message.signals.length))
                                message.signals = [];
                            message.signals.push($root.skerry.v1.SignalReference.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DriftReference;
        })();

        v1.SignalReference = (function() {

            /**
             * Properties of a SignalReference.
             * @typedef {Object} skerry.v1.SignalReference.$Properties
             * @property {string|null} [name] SignalReference name
             * @property {boolean|null} [isOutput] SignalReference isOutput
             * @property {Array.<number>|null} [edges] SignalReference edges
             * @property {Array.<number>|null} [counts] SignalReference counts
             * @property {number|null} [n] SignalReference n
             * @property {number|null} [mean] SignalReference mean
             * @property {number|null} [m2] SignalReference m2
             * @property {number|null} [min] SignalReference min
             * @property {number|null} [max] SignalReference max
             * @property {Array.<skerry.v1.BlockNull.$Properties>|null} [nulls] SignalReference nulls
             * @property {number|null} [samplesPerHour] SignalReference samplesPerHour
             * @property {number|null} [adwinBatch] SignalReference adwinBatch
             * @property {number|null} [dependence] SignalReference dependence
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SignalReference.
             * @memberof skerry.v1
             * @interface ISignalReference
             * @augments skerry.v1.SignalReference.$Properties
             * @deprecated Use skerry.v1.SignalReference.$Properties instead.
             */

            /**
             * Shape of a SignalReference.
             * @typedef {skerry.v1.SignalReference.$Properties} skerry.v1.SignalReference.$Shape
             */

            /**
             * Constructs a new SignalReference.
             * @memberof skerry.v1
             * @classdesc Represents a SignalReference.
             * @constructor
             * @param {skerry.v1.SignalReference.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SignalReference = function (properties) {
                this.edges = [];
                this.counts = [];
                this.nulls = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SignalReference name.
             * @member {string} name
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.name = "";

            /**
             * SignalReference isOutput.
             * @member {boolean} isOutput
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.isOutput = false;

            /**
             * SignalReference edges.
             * @member {Array.<number>} edges
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.edges = $util.emptyArray;

            /**
             * SignalReference counts.
             * @member {Array.<number>} counts
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.counts = $util.emptyArray;

            /**
             * SignalReference n.
             * @member {number} n
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.n = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SignalReference mean.
             * @member {number} mean
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.mean = 0;

            /**
             * SignalReference m2.
             * @member {number} m2
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.m2 = 0;

            /**
             * SignalReference min.
             * @member {number} min
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.min = 0;

            /**
             * SignalReference max.
             * @member {number} max
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.max = 0;

            /**
             * SignalReference nulls.
             * @member {Array.<skerry.v1.BlockNull.$Properties>} nulls
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.nulls = $util.emptyArray;

            /**
             * SignalReference samplesPerHour.
             * @member {number} samplesPerHour
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.samplesPerHour = 0;

            /**
             * SignalReference adwinBatch.
             * @member {number} adwinBatch
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.adwinBatch = 0;

            /**
             * SignalReference dependence.
             * @member {number} dependence
             * @memberof skerry.v1.SignalReference
             * @instance
             */
            SignalReference.prototype.dependence = 0;

            /**
             * Encodes the specified SignalReference message. Does not implicitly {@link skerry.v1.SignalReference.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.SignalReference
             * @static
             * @param {skerry.v1.SignalReference.$Properties} message SignalReference message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SignalReference.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.isOutput != null && $Object.hasOwnProperty.call(message, "isOutput") && message.isOutput !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.isOutput);
                if (message.edges != null && message.edges.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).doubles(message.edges);
                if (message.counts != null && message.counts.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).uint64s(message.counts);
                if (message.n != null && $Object.hasOwnProperty.call(message, "n") && (typeof message.n === "object" ? message.n.low || message.n.high : message.n !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.n);
                if (message.mean != null && $Object.hasOwnProperty.call(message, "mean") && !$Object.is(message.mean, 0))
                    writer.uint32(/* id 6, wireType 1 =*/49).double(message.mean);
                if (message.m2 != null && $Object.hasOwnProperty.call(message, "m2") && !$Object.is(message.m2, 0))
                    writer.uint32(/* id 7, wireType 1 =*/57).double(message.m2);
                if (message.min != null && $Object.hasOwnProperty.call(message, "min") && !$Object.is(message.min, 0))
                    writer.uint32(/* id 8, wireType 1 =*/65).double(message.min);
                if (message.max != null && $Object.hasOwnProperty.call(message, "max") && !$Object.is(message.max, 0))
                    writer.uint32(/* id 9, wireType 1 =*/73).double(message.max);
                if (message.nulls != null && message.nulls.length)
                    for (let i = 0; i < message.nulls.length; ++i)
                        $root.skerry.v1.BlockNull.encode(message.nulls[i], writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.samplesPerHour != null && $Object.hasOwnProperty.call(message, "samplesPerHour") && !$Object.is(message.samplesPerHour, 0))
                    writer.uint32(/* id 11, wireType 1 =*/89).double(message.samplesPerHour);
                if (message.adwinBatch != null && $Object.hasOwnProperty.call(message, "adwinBatch") && message.adwinBatch !== 0)
                    writer.uint32(/* id 12, wireType 0 =*/96).uint32(message.adwinBatch);
                if (message.dependence != null && $Object.hasOwnProperty.call(message, "dependence") && !$Object.is(message.dependence, 0))
                    writer.uint32(/* id 13, wireType 1 =*/105).double(message.dependence);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SignalReference message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.SignalReference
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.SignalReference & skerry.v1.SignalReference.$Shape} SignalReference
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SignalReference.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.SignalReference();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.isOutput = value;
                            else
                                delete message.isOutput;
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.edges && message.edges.length))
                                    message.edges = [];
                                reader.doubles(message.edges);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.edges && message.edges.length))
                                message.edges = [];
                            message.edges.push(reader.double());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.counts && message.counts.length))
                                    message.counts = [];
                                reader.uint64s(message.counts);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.counts && message.counts.length))
                                message.counts = [];
                            message.counts.push(reader.uint64());
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.n = value;
                            else
                                delete message.n;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.mean = value;
                            else
                                delete message.mean;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.m2 = value;
                            else
                                delete message.m2;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.min = value;
                            else
                                delete message.min;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.max = value;
                            else
                                delete message.max;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            if (!(message.nulls && message.nulls.length))
                                message.nulls = [];
                            message.nulls.push($root.skerry.v1.BlockNull.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 11: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.samplesPerHour = value;
                            else
                                delete message.samplesPerHour;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.adwinBatch = value;
                            else
                                delete message.adwinBatch;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.dependence = value;
                            else
                                delete message.dependence;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SignalReference;
        })();

        v1.BlockNull = (function() {

            /**
             * Properties of a BlockNull.
             * @typedef {Object} skerry.v1.BlockNull.$Properties
             * @property {number|null} [block] BlockNull block
             * @property {Array.<skerry.v1.MeasureQuantiles.$Properties>|null} [measures] BlockNull measures
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a BlockNull.
             * @memberof skerry.v1
             * @interface IBlockNull
             * @augments skerry.v1.BlockNull.$Properties
             * @deprecated Use skerry.v1.BlockNull.$Properties instead.
             */

            /**
             * Shape of a BlockNull.
             * @typedef {skerry.v1.BlockNull.$Properties} skerry.v1.BlockNull.$Shape
             */

            /**
             * Constructs a new BlockNull.
             * @memberof skerry.v1
             * @classdesc Represents a BlockNull.
             * @constructor
             * @param {skerry.v1.BlockNull.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const BlockNull = function (properties) {
                this.measures = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * BlockNull block.
             * @member {number} block
             * @memberof skerry.v1.BlockNull
             * @instance
             */
            BlockNull.prototype.block = 0;

            /**
             * BlockNull measures.
             * @member {Array.<skerry.v1.MeasureQuantiles.$Properties>} measures
             * @memberof skerry.v1.BlockNull
             * @instance
             */
            BlockNull.prototype.measures = $util.emptyArray;

            /**
             * Encodes the specified BlockNull message. Does not implicitly {@link skerry.v1.BlockNull.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.BlockNull
             * @static
             * @param {skerry.v1.BlockNull.$Properties} message BlockNull message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            BlockNull.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.block != null && $Object.hasOwnProperty.call(message, "block") && message.block !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.block);
                if (message.measures != null && message.measures.length)
                    for (let i = 0; i < message.measures.length; ++i)
                        $root.skerry.v1.MeasureQuantiles.encode(message.measures[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a BlockNull message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.BlockNull
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.BlockNull & skerry.v1.BlockNull.$Shape} BlockNull
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            BlockNull.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.BlockNull();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.block = value;
                            else
                                delete message.block;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.measures && message.measures.length))
                                message.measures = [];
                            message.measures.push($root.skerry.v1.MeasureQuantiles.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return BlockNull;
        })();

        v1.MeasureQuantiles = (function() {

            /**
             * Properties of a MeasureQuantiles.
             * @typedef {Object} skerry.v1.MeasureQuantiles.$Properties
             * @property {string|null} [measure] MeasureQuantiles measure
             * @property {Array.<number>|null} [quantiles] MeasureQuantiles quantiles
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a MeasureQuantiles.
             * @memberof skerry.v1
             * @interface IMeasureQuantiles
             * @augments skerry.v1.MeasureQuantiles.$Properties
             * @deprecated Use skerry.v1.MeasureQuantiles.$Properties instead.
             */

            /**
             * Shape of a MeasureQuantiles.
             * @typedef {skerry.v1.MeasureQuantiles.$Properties} skerry.v1.MeasureQuantiles.$Shape
             */

            /**
             * Constructs a new MeasureQuantiles.
             * @memberof skerry.v1
             * @classdesc Represents a MeasureQuantiles.
             * @constructor
             * @param {skerry.v1.MeasureQuantiles.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const MeasureQuantiles = function (properties) {
                this.quantiles = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * MeasureQuantiles measure.
             * @member {string} measure
             * @memberof skerry.v1.MeasureQuantiles
             * @instance
             */
            MeasureQuantiles.prototype.measure = "";

            /**
             * MeasureQuantiles quantiles.
             * @member {Array.<number>} quantiles
             * @memberof skerry.v1.MeasureQuantiles
             * @instance
             */
            MeasureQuantiles.prototype.quantiles = $util.emptyArray;

            /**
             * Encodes the specified MeasureQuantiles message. Does not implicitly {@link skerry.v1.MeasureQuantiles.verify|verify} messages.
             * @function encode
             * @memberof skerry.v1.MeasureQuantiles
             * @static
             * @param {skerry.v1.MeasureQuantiles.$Properties} message MeasureQuantiles message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            MeasureQuantiles.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.measure != null && $Object.hasOwnProperty.call(message, "measure") && message.measure !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.measure);
                if (message.quantiles != null && message.quantiles.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).doubles(message.quantiles);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a MeasureQuantiles message from the specified reader or buffer.
             * @function decode
             * @memberof skerry.v1.MeasureQuantiles
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {skerry.v1.MeasureQuantiles & skerry.v1.MeasureQuantiles.$Shape} MeasureQuantiles
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            MeasureQuantiles.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.skerry.v1.MeasureQuantiles();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.measure = value;
                            else
                                delete message.measure;
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.quantiles && message.quantiles.length))
                                    message.quantiles = [];
                                reader.doubles(message.quantiles);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.quantiles && message.quantiles.length))
                                message.quantiles = [];
                            message.quantiles.push(reader.double());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return MeasureQuantiles;
        })();

        return v1;
    })();

    return skerry;
})();

export {
  $root as default
};
