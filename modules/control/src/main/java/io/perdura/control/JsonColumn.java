package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import java.sql.SQLException;
import org.postgresql.util.PGobject;

/** A jsonb column. Values are replaced as a whole and never changed in place. */
@Converter
public class JsonColumn implements AttributeConverter<JsonNode, Object> {
  @Override
  public Object convertToDatabaseColumn(JsonNode value) {
    // A null has to be one of jsonb: a null of text is refused.
    PGobject column = new PGobject();
    column.setType("jsonb");
    try {
      column.setValue(value == null ? null : Jsons.text(value));
    } catch (SQLException e) {
      throw new IllegalStateException("a text is always a value", e);
    }
    return column;
  }

  @Override
  public JsonNode convertToEntityAttribute(Object column) {
    return column == null ? null : Jsons.stored(column.toString());
  }
}
