package io.perdura.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.cli.Trouble;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          postgres://ada:secret@db:5433/memory          | jdbc:postgresql://db:5433/memory           | ada | secret
          postgresql://ada:secret@db/memory             | jdbc:postgresql://db:5432/memory           | ada | secret
          jdbc:postgresql://db/memory?user=ada&password=secret | jdbc:postgresql://db:5432/memory    | ada | secret
          postgres://ada:p%40ss%2Fw%3Ard@db/memory      | jdbc:postgresql://db:5432/memory           | ada | p@ss/w:rd
          postgres://ada:a+b@db/memory                  | jdbc:postgresql://db:5432/memory           | ada | a+b
          postgres://ada:s@[::1]:5433/m                 | jdbc:postgresql://[::1]:5433/m             | ada | s
          postgres://ada:s@a:1,b,c:3/m                  | jdbc:postgresql://a:1,b:5432,c:3/m         | ada | s
          postgres://ada:s@db                           | jdbc:postgresql://db:5432/ada              | ada | s
          postgres://ada:s@db/m?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem | jdbc:postgresql://db:5432/m?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem | ada | s
          postgres://ada:s@db/m?connect_timeout=3&application_name=x%20y | jdbc:postgresql://db:5432/m?connectTimeout=3&ApplicationName=x%20y | ada | s
          postgres://ada:s@a,b/m?target_session_attrs=read-write | jdbc:postgresql://a:5432,b:5432/m?targetServerType=primary | ada | s
          postgres://ada:s@db/my%20base                 | jdbc:postgresql://db:5432/my%20base        | ada | s
          """)
  void aUrlBecomesTheDriversFormWithoutItsCredentials(
      String url, String jdbcUrl, String user, String password) {
    DatabaseUrl parsed = DatabaseUrl.parse(url);

    assertThat(parsed.jdbcUrl()).isEqualTo(jdbcUrl);
    assertThat(parsed.user()).isEqualTo(user);
    assertThat(parsed.password()).isEqualTo(password);
    assertThat(parsed.toString()).doesNotContain(password + "@").doesNotContain("secret");
  }

  @Test
  void serverSettingsAreKeptApartBecauseThePoolHasItsOwn() {
    DatabaseUrl parsed = DatabaseUrl.parse("postgres://a:b@h/d?options=-c%20work_mem%3D8MB");

    assertThat(parsed.options()).isEqualTo("-c work_mem=8MB");
    assertThat(parsed.jdbcUrl()).isEqualTo("jdbc:postgresql://h:5432/d");
  }

  @Test
  void aMissingPasswordIsEmpty() {
    assertThat(DatabaseUrl.parse("postgres://ada@db/m").password()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://ada:hunter2@db/m",
        "postgres://ada:hunter2@/m",
        "postgres://ada:hunter2@db:70000/m",
        "postgres://ada:hunter2@db:port/m",
        "postgres://db/m?password=hunter2",
        "postgres://ada:hunter2@db/m?no_such_parameter=1",
        "postgres://ada:hunter2@db/m?target_session_attrs=whatever",
        "postgres://ada:%zzhunter2@db/m",
        "hunter2"
      })
  void aWrongUrlIsRefusedInOneSentenceThatDoesNotRepeatIt(String url) {
    assertThatThrownBy(() -> DatabaseUrl.parse(url))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("DATABASE_URL")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void theDriversOwnFormWinsOverDatabaseUrl() {
    Map<String, String> variables =
        Map.of(
            "DATABASE_URL", "postgres://ada:one@a/m",
            "PERDURA_DB_URL", "jdbc:postgresql://b:5432/m?sslmode=verify-full",
            "PERDURA_DB_USER", "grace",
            "PERDURA_DB_PASSWORD", "two");

    assertThat(DatabaseUrl.of(Environment.of(variables, Map.of())))
        .contains(
            new DatabaseUrl("jdbc:postgresql://b:5432/m?sslmode=verify-full", "grace", "two", ""));
    assertThat(DatabaseUrl.of(Environment.of(Map.of(), Map.of()))).isEmpty();
  }

  @Test
  void aDriversFormThatIsNoneIsRefusedByName() {
    Environment wrong =
        Environment.of(Map.of("PERDURA_DB_URL", "postgres://ada:secret@b/m"), Map.of());

    assertThatThrownBy(() -> DatabaseUrl.of(wrong))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("PERDURA_DB_URL")
        .hasMessageNotContaining("secret");
  }
}
