import io.perdura.client.NetworkException;
import io.perdura.client.Perdura;
import io.perdura.client.model.*;

/**
 * An agent that remembers between conversations, without a language model: it keeps what it is told, and answers from memory.
 *
 * <pre>
 *   ./perdura up
 *   ./mvnw -DskipTests -pl sdk/java -am package
 *   java -cp 'sdk/java/target/perdura-client.jar:sdk/java/target/lib/*' sdk/java/examples/Agent.java "Ada keeps the spare key under the flowerpot."
 *   java -cp 'sdk/java/target/perdura-client.jar:sdk/java/target/lib/*' sdk/java/examples/Agent.java "Where can I find a second key?"
 * </pre>
 *
 * PERDURA_URL and PERDURA_API_KEY say where, and as whom.
 */
class Agent {
  private final Perdura perdura;

  private Agent(Perdura perdura) {
    this.perdura = perdura;
  }

  public static void main(String[] said) {
    var builder = Perdura.builder()
        .baseUrl(System.getenv().getOrDefault("PERDURA_URL", "http://localhost:3001"))
        .scope("java-example");
    if (System.getenv("PERDURA_API_KEY") != null) {
      builder.apiKey(System.getenv("PERDURA_API_KEY"));
    }
    try {
      System.out.println(new Agent(builder.build()).answer(String.join(" ", said)));
    } catch (NetworkException e) {
      System.err.println(e.getMessage() + "; is ./perdura up running?");
      System.exit(1);
    }
  }

  private String answer(String said) {
    if (!said.strip().endsWith("?")) {
      perdura.sessions().append(
          new EventRequest().sessionId("java-example").memoryLane(Lane.SHARED).inputText(said)).get();
      return "I will remember that.";
    }
    var recalled = perdura.memory().recallText(new RecallTextRequest().queryText(said)).get();
    // Questions are not kept, so whatever is an event was told.
    return recalled.getSeeds().stream()
        .filter(seed -> seed.getType() == NodeType.EVENT && seed.getTextSummary() != null)
        .map(Seed::getTextSummary)
        .findFirst()
        .orElse("I know nothing about that.");
  }
}
