/** Moist air at ordinary pressure, for rooms. */

const airPressureHpa = 1013.25;

/** Saturation vapour pressure over water in hPa at a temperature in °C (Magnus form, Alduchov and Eskridge 1996). */
export function saturationPressureHpa(temperatureC: number): number {
  return 6.1094 * Math.exp((17.625 * temperatureC) / (temperatureC + 243.04));
}

/** Relative humidity in % of air that holds `waterGKg` grams of water a kilogram, capped at saturation. */
export function relativeHumidity(waterGKg: number, temperatureC: number): number {
  const ratio = waterGKg / 1000;
  const vapourHpa = (ratio * airPressureHpa) / (0.622 + ratio);
  return Math.min(100, (100 * vapourHpa) / saturationPressureHpa(temperatureC));
}

/** Grams of water a kilogram of air at a relative humidity in %. */
export function waterContentGKg(humidityPercent: number, temperatureC: number): number {
  const vapourHpa = (humidityPercent / 100) * saturationPressureHpa(temperatureC);
  return (1000 * 0.622 * vapourHpa) / (airPressureHpa - vapourHpa);
}
