/** Reading ONNX models: proto's, because both ends read them. */
export {
  initializersOf,
  intAttribute,
  type Model,
  opsetOf,
  outputsOfGraph,
  readModel,
} from '@skerry/proto/onnx/graph';
