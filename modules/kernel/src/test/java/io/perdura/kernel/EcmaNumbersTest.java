package io.perdura.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EcmaNumbersTest {
  @ParameterizedTest
  @CsvSource({
    "1.0, 1",
    "-0.0, 0",
    "1e21, 1e+21",
    "1e20, 100000000000000000000",
    "1e-7, 1e-7",
    "1e-6, 0.000001",
    "123456789012345680000, 123456789012345680000",
    "1.5e300, 1.5e+300",
    "-1.25e-9, -1.25e-9",
    "0.1, 0.1",
    "9007199254740993, 9007199254740992",
    "5e-324, 5e-324",
    "100, 100",
    "123.456, 123.456"
  })
  void doublesPrintAsEcmaScriptPrintsThem(double value, String expected) {
    assertThat(EcmaNumbers.format(value)).isEqualTo(expected);
  }

  @Test
  void floatsKeepTheirShortestDecimal() {
    assertThat(EcmaNumbers.format(1.4e-45f)).isEqualTo("1e-45");
    assertThat(EcmaNumbers.format(3f)).isEqualTo("3");
    assertThat(EcmaNumbers.widen(0.8f)).isEqualTo(0.8);
    assertThat(EcmaNumbers.format(0.12345679f)).isEqualTo("0.12345679");
  }

  @Test
  void everyDoubleReadsBackFromItsText() {
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(Double.parseDouble(EcmaNumbers.format(value))).isEqualTo(value);
      }
    }
  }

  @Test
  void valuesOutsideJsonAreNull() {
    assertThat(EcmaNumbers.format(Double.NaN)).isEqualTo("null");
    assertThat(EcmaNumbers.format(Double.NEGATIVE_INFINITY)).isEqualTo("null");
  }
}
