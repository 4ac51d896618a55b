package io.perdura.cli.doctor;

/**
 * What the doctor found in one place.
 *
 * @param mend what to do about it, empty when nothing is to be done
 */
record Finding(Grade grade, String place, String what, String mend) {
  /** How bad it is. */
  enum Grade {
    OK,
    REMARK,
    PROBLEM
  }

  static Finding ok(String place, String what) {
    return new Finding(Grade.OK, place, what, "");
  }

  static Finding remark(String place, String what, String mend) {
    return new Finding(Grade.REMARK, place, what, mend);
  }

  static Finding problem(String place, String what, String mend) {
    return new Finding(Grade.PROBLEM, place, what, mend);
  }
}
