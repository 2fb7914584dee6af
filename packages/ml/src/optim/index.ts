export { AdaFactor, type AdaFactorOptions } from "./adafactor.ts";
export { AdamW, type AdamWOptions } from "./adamw.ts";
export { GradientBuffer } from "./gradient-buffer.ts";
export { clipGlobalNorm, globalNorm } from "./gradient-norm.ts";
export { Lamb, type LambOptions } from "./lamb.ts";
export { layerWiseRate } from "./layer-wise-rate.ts";
export { Lion, type LionOptions } from "./lion.ts";
export { Lookahead, type LookaheadOptions } from "./lookahead.ts";
export {
  DEFAULT_POLICY,
  type Optimizer,
  type OptimizerState,
  OptimizerStateError,
  type ParameterPolicy,
  slowerOutsideLayers,
} from "./optimizer.ts";
export { constant, piecewiseLinear, type Schedule, warmupCosine, warmupLinear } from "./schedule.ts";
export { SgdMomentum, type SgdMomentumOptions } from "./sgd-momentum.ts";
export { Tiger, type TigerOptions } from "./tiger.ts";
export { WeightAverage } from "./weight-average.ts";
