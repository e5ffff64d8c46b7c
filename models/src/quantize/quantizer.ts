/** What static and dynamic quantization have in common: layers that may become int8, and a model for any choice of them. */
import type { Model } from '../graph/reader.ts';

/** One product that can become int8 or stay float. */
export interface Layer {
  /** Its node's name. */
  name: string;
  op: string;
  /** The value behind it, by one name in the float32 model and in the int8 one. */
  value: string;
}

export interface Quantizer {
  /** The float32 model that the int8 one is made from; it gives what the operator's model gives. */
  float: Model;
  layers: readonly Layer[];
  /** The int8 model in which the layers named here stay float. */
  make(exclude: ReadonlySet<string>): Model;
}
