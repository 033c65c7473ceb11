import { convert } from '../../convert.js';
import type { Emitted, ScalarFunction } from '../../functions.js';
import { constantText, nullSql, type Operand } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';

/**
 * How much of a quantity's base unit one of each unit is: the factors of UnitsNet, by whose names
 * Microsoft's reference lists the units.
 */
type Factors = Readonly<Record<string, number>>;

const prefixes = {
  Nano: 1e-9,
  Micro: 1e-6,
  Milli: 1e-3,
  Centi: 1e-2,
  Deci: 1e-1,
  Deca: 1e1,
  Hecto: 1e2,
  Kilo: 1e3,
  Mega: 1e6,
  Giga: 1e9,
  Tera: 1e12,
} as const;

/** A unit with some of the decimal prefixes: `Meter` and `Kilometer`. */
function prefixed(unit: string, factor: number, ...names: (keyof typeof prefixes)[]): Factors {
  const small = unit.charAt(0).toLowerCase() + unit.slice(1);
  return Object.fromEntries([
    [unit, factor],
    ...names.map((name) => [`${name}${small}`, factor * prefixes[name]]),
  ]);
}

/** In degrees; a tilt is the sine of an angle, which no factor gives. */
const angle: Factors = {
  ...prefixed('Degree', 1, 'Nano', 'Micro', 'Milli'),
  ...prefixed('Radian', 180 / Math.PI, 'Nano', 'Micro', 'Milli', 'Centi', 'Deci'),
  Arcminute: 1 / 60,
  Arcsecond: 1 / 3600,
  Gradian: 0.9,
  NatoMil: 160 / 9000,
  Revolution: 360,
};

const energy: Factors = {
  ...prefixed('Joule', 1, 'Milli', 'Kilo', 'Mega', 'Giga'),
  ...prefixed('Calorie', 4.184, 'Kilo', 'Mega'),
  ...prefixed('BritishThermalUnit', 1055.05585262, 'Kilo', 'Mega', 'Giga'),
  ...prefixed('ElectronVolt', 1.602176565e-19, 'Kilo', 'Mega', 'Giga', 'Tera'),
  ...prefixed('WattHour', 3600, 'Kilo', 'Mega', 'Giga', 'Tera'),
  ...prefixed('WattDay', 86_400, 'Kilo', 'Mega', 'Giga', 'Tera'),
  ...prefixed('ThermEc', 1.05505585262e8, 'Deca'),
  ...prefixed('ThermUs', 1.054804e8, 'Deca'),
  ...prefixed('ThermImperial', 1.05505585257348e8, 'Deca'),
  Erg: 1e-7,
  FootPound: 1.355817948,
  HorsepowerHour: 2.6845195377e6,
};

const force: Factors = {
  ...prefixed('Newton', 1, 'Micro', 'Milli', 'Deca', 'Kilo', 'Mega'),
  ...prefixed('PoundForce', 4.448221615260509, 'Kilo'),
  Dyn: 1e-5,
  KilogramForce: 9.80665002864,
  KiloPond: 9.80665002864,
  OunceForce: 0.2780138509537812,
  Poundal: 0.1382550279897304,
  ShortTonForce: 8896.443230521,
  TonneForce: 9806.65002864,
};

const length: Factors = {
  ...prefixed('Meter', 1, 'Nano', 'Micro', 'Milli', 'Centi', 'Deci', 'Deca', 'Hecto', 'Kilo'),
  ...prefixed('LightYear', 9.46073047258e15, 'Kilo', 'Mega'),
  ...prefixed('Parsec', 3.08567758128e16, 'Kilo', 'Mega'),
  ...prefixed('Inch', 0.0254, 'Micro'),
  Angstrom: 1e-10,
  AstronomicalUnit: 1.495978707e11,
  Chain: 20.1168,
  DataMile: 1828.8,
  DtpPica: 1 / 236.220472441,
  DtpPoint: 0.0254 / 72,
  Fathom: 1.8288,
  Foot: 0.3048,
  Hand: 0.1016,
  Mil: 2.54e-5,
  Mile: 1609.34,
  NauticalMile: 1852,
  PrinterPica: 1 / 237.106301584,
  PrinterPoint: 0.0254 / 72.27,
  Shackle: 27.432,
  SolarRadius: 6.9551e8,
  Twip: 1 / 56_692.913385826,
  UsSurveyFoot: 1200 / 3937,
  Yard: 0.9144,
};

const mass: Factors = {
  ...prefixed('Gram', 1e-3, 'Nano', 'Micro', 'Milli', 'Centi', 'Deci', 'Deca', 'Hecto', 'Kilo'),
  ...prefixed('Tonne', 1e3, 'Kilo', 'Mega'),
  ...prefixed('Pound', 0.45359237, 'Kilo', 'Mega'),
  EarthMass: 5.9722e24,
  Grain: 1 / 15_432.358352941432,
  LongHundredweight: 1 / 0.01968413055222121,
  LongTon: 1016.0469088,
  Ounce: 1 / 35.2739619,
  ShortHundredweight: 1 / 0.022046226218487758,
  ShortTon: 907.18474,
  Slug: 1 / 0.06852176556196105,
  SolarMass: 1.98947e30,
  Stone: 1 / 0.1574731728702698,
};

const perTime = { Hour: 3600, Minute: 60, Second: 1 } as const;

const speed: Factors = {
  Knot: 0.514444,
  ...Object.fromEntries(
    [
      ['Nanometer', 1e-9],
      ['Micrometer', 1e-6],
      ['Millimeter', 1e-3],
      ['Centimeter', 1e-2],
      ['Decimeter', 1e-1],
      ['Meter', 1],
      ['Kilometer', 1e3],
      ['Foot', 0.3048],
      ['UsSurveyFoot', 1200 / 3937],
      ['Inch', 0.0254],
      ['Yard', 0.9144],
    ].flatMap(([unit, meters]) =>
      Object.entries(perTime).map(([time, seconds]) => [
        `${unit}Per${time}`,
        Number(meters) / seconds,
      ]),
    ),
  ),
  MilePerHour: 0.44704,
};

const volume: Factors = {
  ...prefixed(
    'Liter',
    1e-3,
    ...(['Micro', 'Milli', 'Centi', 'Deci', 'Deca', 'Hecto', 'Kilo', 'Mega'] as const),
  ),
  ...prefixed('CubicMeter', 1, 'Hecto', 'Kilo'),
  ...prefixed('CubicFoot', 0.0283168, 'Hecto', 'Kilo', 'Mega'),
  ...prefixed('ImperialGallon', 0.004546090000001814, 'Kilo', 'Mega'),
  ...prefixed('UsGallon', 0.00378541, 'Deci', 'Deca', 'Hecto', 'Kilo', 'Mega'),
  AcreFoot: 1 / 0.000810714,
  AuTablespoon: 2e-5,
  BoardFoot: 0.0023597372158,
  CubicCentimeter: 1e-6,
  CubicDecimeter: 1e-3,
  CubicHectometer: 1e6,
  CubicInch: 1.6387e-5,
  CubicKilometer: 1e9,
  CubicMicrometer: 1e-18,
  CubicMile: 4.16818182544058e9,
  CubicMillimeter: 1e-9,
  CubicYard: 0.764554858,
  ImperialBeerBarrel: 0.16365924,
  ImperialOunce: 2.84130624999629e-5,
  ImperialPint: 5.6826125e-4,
  MetricCup: 0.00025,
  MetricTeaspoon: 0.5e-5,
  OilBarrel: 0.158987294928,
  UkTablespoon: 1.5e-5,
  UsBeerBarrel: 0.1173477658,
  UsCustomaryCup: 0.0002365882365,
  UsLegalCup: 0.00024,
  UsOunce: 2.957352956253761e-5,
  UsPint: 4.73176473e-4,
  UsQuart: 9.46352946e-4,
  UsTablespoon: 1.478676478125e-5,
  UsTeaspoon: 4.92892159375e-6,
};

/** Kelvins are so many of a unit's degrees, and some more. */
const temperature: Readonly<Record<string, readonly [factor: number, zero: number]>> = {
  Kelvin: [1, 0],
  DegreeCelsius: [1, 273.15],
  MillidegreeCelsius: [1e-3, 273.15],
  DegreeDelisle: [-2 / 3, 373.15],
  DegreeFahrenheit: [5 / 9, (459.67 * 5) / 9],
  DegreeNewton: [100 / 33, 273.15],
  DegreeRankine: [5 / 9, 0],
  DegreeReaumur: [5 / 4, 273.15],
  DegreeRoemer: [40 / 21, 273.15 - (7.5 * 40) / 21],
  SolarTemperature: [5778, 0],
};

const real = (value: number): Sql => sql`toFloat64(${literal(String(value))})`;

/** A unit's row of numbers as SQL: itself where the name is a literal, looked up where it is not. */
function looked(name: Operand, column: ReadonlyMap<string, number>): Sql | undefined {
  const text = constantText(name);
  if (text !== undefined) {
    const value = column.get(text);
    return value === undefined ? undefined : real(value);
  }
  const names = join([...column.keys()].map(literal));
  const values = join([...column.values()].map(real));
  return sql`transform(${name}, [${names}], [${values}], NULL)`;
}

function conversion(quantity: string, factors: Factors, example: [string, string]): ScalarFunction {
  const column = new Map(Object.entries(factors));
  return {
    doc: `convert-${quantity}-function`,
    nullable: 'always',
    emit: (value: Operand, from: Operand, to: Operand) => {
      const [a, b] = [looked(from, column), looked(to, column)];
      if (!a || !b) return nullSql('real');
      return sql`(${convert(value, 'real')} * ${a} / ${b})`;
    },
    examples: [example],
  };
}

const byFactor = conversion('angle', angle, ["convert_angle(1.2, 'Degree', 'Arcminute')", '72.0']);

/** Angles by their factors; a tilt is a sine. */
function angles(value: Operand, from: Operand, to: Operand): Emitted {
  const column = new Map(Object.entries(angle));
  const isTilt = (name: Operand) => sql`${name} = 'Tilt'`;
  const number = convert(value, 'real');
  const degrees = sql`if(${isTilt(from)}, degrees(asin(${number})), ${number} * ${looked(from, column) ?? nullSql('real')})`;
  const result = sql`if(${isTilt(to)}, sin(radians(${degrees})), ${degrees} / ${looked(to, column) ?? nullSql('real')})`;
  return { ...result, nullable: true };
}

export const unitFunctions = {
  convert_angle: { ...byFactor, emit: angles },
  convert_energy: conversion('energy', energy, [
    "round(convert_energy(1.2, 'Joule', 'BritishThermalUnit'), 9)",
    '0.001137381',
  ]),
  convert_force: conversion('force', force, ["convert_force(1.2, 'Newton', 'Decanewton')", '0.12']),
  convert_length: conversion('length', length, [
    "round(convert_length(1.2, 'Meter', 'Foot'), 9)",
    '3.937007874',
  ]),
  convert_mass: conversion('mass', mass, [
    "round(convert_mass(1.2, 'Kilogram', 'Pound'), 9)",
    '2.645547146',
  ]),
  convert_speed: conversion('speed', speed, [
    "round(convert_speed(1.2, 'MeterPerSecond', 'CentimeterPerHour'), 6)",
    '432000.0',
  ]),
  convert_temperature: {
    doc: 'convert-temperature-function',
    nullable: 'always',
    emit: (value: Operand, from: Operand, to: Operand) => {
      const column = (index: 0 | 1) =>
        new Map(Object.entries(temperature).map(([name, row]) => [name, row[index]]));
      const [a, zeroA] = [looked(from, column(0)), looked(from, column(1))];
      const [b, zeroB] = [looked(to, column(0)), looked(to, column(1))];
      if (!a || !b || !zeroA || !zeroB) return nullSql('real');
      return sql`((${convert(value, 'real')} * ${a} + ${zeroA} - ${zeroB}) / ${b})`;
    },
    examples: [["round(convert_temperature(1.2, 'Kelvin', 'DegreeCelsius'), 6)", '-271.95']],
  },
  convert_volume: conversion('volume', volume, [
    "round(convert_volume(1.2, 'CubicMeter', 'AcreFoot'), 10)",
    '0.0009728568',
  ]),
} satisfies Record<string, ScalarFunction>;
