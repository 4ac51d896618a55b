package io.perdura.batch;

import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.security.PrivilegedExceptionAction;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;

/**
 * The way to the batch runtime. While Liberty's batch REST interface is offered, the runtime asks
 * everyone for a role, this server as well: it works as the batch administrator then.
 */
final class Operators {
  private static final String USER = "PERDURA_BATCH_ADMIN_USER";
  private static final String PASSWORD = "PERDURA_BATCH_ADMIN_PASSWORD";
  private static final String USUAL_USER = "batch-admin";

  private Operators() {}

  /** The batch runtime's operator. */
  static JobOperator operator() {
    JobOperator plain = BatchRuntime.getJobOperator();
    return isGuarded() ? as(Administrator.SUBJECT, plain) : plain;
  }

  private static boolean isGuarded() {
    return "on".equals(System.getProperty("perdura.batch-rest"));
  }

  private static JobOperator as(Subject subject, JobOperator operator) {
    return (JobOperator)
        Proxy.newProxyInstance(
            Operators.class.getClassLoader(),
            new Class<?>[] {JobOperator.class},
            (proxy, method, arguments) -> call(subject, operator, method, arguments));
  }

  private static Object call(
      Subject subject, JobOperator operator, Method method, Object[] arguments) throws Throwable {
    PrivilegedExceptionAction<Object> action = () -> method.invoke(operator, arguments);
    try {
      return Administrator.DO_AS.invoke(null, subject, action);
    } catch (InvocationTargetException e) {
      throw rootOf(e);
    }
  }

  /** What the operator threw, out of all that it was wrapped in. */
  private static Throwable rootOf(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof InvocationTargetException
            || cause instanceof java.security.PrivilegedActionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Looked up when it is needed: these classes are there only while the interface is offered. */
  private static final class Administrator {
    private static final Subject SUBJECT = login();
    private static final Method DO_AS = doAs();

    private static Subject login() {
      try {
        LoginContext login = new LoginContext("WSLogin", Administrator::answer);
        login.login();
        return login.getSubject();
      } catch (LoginException e) {
        throw new IllegalStateException("the batch administrator cannot log in", e);
      }
    }

    private static void answer(Callback[] questions)
        throws IOException, UnsupportedCallbackException {
      for (Callback question : questions) {
        if (question instanceof NameCallback name) {
          name.setName(System.getenv().getOrDefault(USER, USUAL_USER));
        } else if (question instanceof PasswordCallback password) {
          password.setPassword(System.getenv().getOrDefault(PASSWORD, "").toCharArray());
        }
      }
    }

    private static Method doAs() {
      try {
        return Class.forName("com.ibm.websphere.security.auth.WSSubject")
            .getMethod("doAs", Subject.class, PrivilegedExceptionAction.class);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("this server has no WSSubject", e);
      }
    }
  }
}
