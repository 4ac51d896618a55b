package io.perdura.access;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Buckets in a Valkey or Redis that is alone or watched by Sentinel: one script call for all
 * buckets of a request. Not for Redis Cluster, where the keys of one call would live on several
 * nodes.
 */
final class ValkeyBuckets implements SharedBuckets {
  private static final Script CHARGE = Script.of("charge.lua");
  private static final Script GREET = Script.of("greet.lua");
  private static final Pattern RUN_ID = Pattern.compile("(?m)^run_id:(\\w+)");
  private static final int DEBTS_PER_CALL = 100;

  private final StatefulRedisConnection<String, String> connection;
  private final RedisCommands<String, String> commands;
  private final String prefix;

  ValkeyBuckets(StatefulRedisConnection<String, String> connection, String prefix) {
    this.connection = connection;
    this.commands = connection.sync();
    this.prefix = prefix;
  }

  /** To be called before the first charge; see {@link SharedBuckets.Connector#connect}. */
  void greet(boolean fresh) {
    Matcher info = RUN_ID.matcher(commands.info("server"));
    if (!info.find()) {
      throw new IllegalStateException("the server does not tell its run_id");
    }
    call(GREET, List.of(marker()), List.of(info.group(1), fresh ? "1" : "0"));
  }

  @Override
  public Decision charge(List<Bucket> buckets) {
    List<Long> answer =
        take("charge", buckets.stream().map(bucket -> new Debt(bucket, 1)).toList());
    int denied = answer.get(0).intValue();
    return denied < 0 ? Decision.ADMITTED : new Decision(denied, answer.get(1));
  }

  @Override
  public void repay(List<Debt> debts) {
    for (int from = 0; from < debts.size(); from += DEBTS_PER_CALL) {
      take("repay", debts.subList(from, Math.min(debts.size(), from + DEBTS_PER_CALL)));
    }
  }

  @Override
  public void ping() {
    // A call that writes: a replica, or a store that is full, answers a mere ping as well.
    take("repay", List.of(new Debt(new Bucket("probe", 1, 1, 0), 1)));
  }

  @Override
  public void close() {
    connection.close();
  }

  private List<Long> take(String mode, List<Debt> debts) {
    List<String> keys = new ArrayList<>(debts.size() + 1);
    List<String> values = new ArrayList<>(3 * debts.size() + 1);
    keys.add(marker());
    values.add(mode);
    for (Debt debt : debts) {
      keys.add(prefix + ":" + debt.bucket().key());
      values.add(Double.toString(debt.bucket().rps()));
      values.add(Double.toString(debt.bucket().capacity()));
      values.add(Long.toString(debt.tokens()));
    }
    return call(CHARGE, keys, values);
  }

  private List<Long> call(Script script, List<String> keys, List<String> values) {
    String[] keyArray = keys.toArray(String[]::new);
    String[] valueArray = values.toArray(String[]::new);
    try {
      return commands.evalsha(script.digest(), ScriptOutputType.MULTI, keyArray, valueArray);
    } catch (RedisNoScriptException e) {
      return commands.eval(script.text(), ScriptOutputType.MULTI, keyArray, valueArray);
    }
  }

  private String marker() {
    return prefix + ":limits";
  }
}
