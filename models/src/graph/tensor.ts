/** Tensors and their ONNX form: proto's, because both ends read them. */
export {
  dataTypeOf,
  float32,
  fromLittleEndian,
  fromTensorProto,
  int64,
  type NumericData,
  readTensor,
  toLittleEndian,
  toTensorProto,
} from '@skerry/proto/onnx/tensor';
