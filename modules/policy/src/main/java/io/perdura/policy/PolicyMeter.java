package io.perdura.policy;

/** Where figures about the policy loop go. Safe for use by many threads. */
interface PolicyMeter {
  /** Counts nothing. */
  PolicyMeter NONE =
      new PolicyMeter() {
        @Override
        public void evaluated(long nanos) {}

        @Override
        public void looked(boolean known) {}

        @Override
        public void compiled(int rules, long nanos) {}

        @Override
        public void selected(String outcome) {}
      };

  /** Times the evaluation of a scope's rules, without reading them. */
  void evaluated(long nanos);

  /** Counts a look for a scope's rules; {@code known}: those in memory were the current ones. */
  void looked(boolean known);

  /** Times the reading of a scope's rules that were not known; what did not change is kept. */
  void compiled(int rules, long nanos);

  /** Counts a selection: {@code selected}, {@code none} of the tools, or {@code refused}. */
  void selected(String outcome);
}
