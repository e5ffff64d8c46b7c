/** Reading ONNX models: proto's, because both ends read them. */
export {
  initializersOf,
  inputsOfGraph,
  intAttribute,
  type Model,
  opsetOf,
  outputsOfGraph,
  readModel,
  shapeOf,
} from '@skerry/proto/onnx/graph';
