/**
 * Characteristic frequencies of a rolling-element bearing with a fixed outer ring, without slip
 * (R. B. Randall and J. Antoni, "Rolling element bearing diagnostics: a tutorial",
 * Mechanical Systems and Signal Processing 25 (2011) 485-520, equations 1 to 4).
 *
 * Worked example: SKF 6205-2RS JEM, 9 balls of 0.3126 in on a pitch circle of 1.537 in, contact angle 0. Case Western
 * Reserve University's Bearing Data Center gives, in multiples of the running speed: outer race 3.5848, inner race 5.4152,
 * cage 0.39828, rolling element 4.7135 (twice the spin frequency: a flaw on a ball strikes both races each turn).
 */
export interface BearingGeometry {
  readonly balls: number;
  readonly ballDiameterMm: number;
  readonly pitchDiameterMm: number;
  readonly contactAngleRad: number;
}

/** Defect frequencies in Hz: outer race, inner race, cage (fundamental train), ball spin. */
export interface BearingFrequencies {
  readonly bpfoHz: number;
  readonly bpfiHz: number;
  readonly ftfHz: number;
  readonly bsfHz: number;
}

/** SKF 6205-2RS JEM, the drive-end bearing of the Case Western Reserve test rig. */
export const bearing6205: BearingGeometry = {
  balls: 9,
  ballDiameterMm: 0.3126 * 25.4,
  pitchDiameterMm: 1.537 * 25.4,
  contactAngleRad: 0,
};

/** The bearing's characteristic frequencies at a shaft speed given in revolutions a second. */
export function bearingFrequencies(geometry: BearingGeometry, shaftHz: number): BearingFrequencies {
  const ratio = (geometry.ballDiameterMm / geometry.pitchDiameterMm) * Math.cos(geometry.contactAngleRad);
  return {
    bpfoHz: (geometry.balls / 2) * shaftHz * (1 - ratio),
    bpfiHz: (geometry.balls / 2) * shaftHz * (1 + ratio),
    ftfHz: (shaftHz / 2) * (1 - ratio),
    bsfHz: (geometry.pitchDiameterMm / (2 * geometry.ballDiameterMm)) * shaftHz * (1 - ratio * ratio),
  };
}
