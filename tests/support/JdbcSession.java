import java.io.*;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.*;
import java.util.*;

/**
 * One JDBC connection, driven over standard input: a request is a line of parts between tabs, an answer is lines of values between tabs
 * that ends with a line "." or "! what went wrong". A value is its Java class, a colon, and its text; tests/support/clients.py speaks it.
 */
public class JdbcSession {
    private static final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    private static ResultSet running;

    public static void main(String[] login) throws Exception {
        Connection connection = DriverManager.getConnection(login[0], login[1], login[2]);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = requests.readLine()) != null; ) {
            try {
                answer(connection, line.split("\t", -1));
                out.println(".");
            } catch (SQLException error) {
                out.println("! " + escaped(error.toString()));
                if (!connection.getAutoCommit()) connection.rollback();
            }
            out.flush();
        }
    }

    private static void answer(Connection connection, String[] request) throws SQLException {
        DatabaseMetaData metadata = connection.getMetaData();
        switch (request[0]) {
            case "tables" -> print(metadata.getTables(null, request[1], "%", new String[] {"TABLE"}), "TABLE_NAME", "REMARKS");
            case "columns" -> print(metadata.getColumns(null, request[1], request[2], "%"), "COLUMN_NAME", "TYPE_NAME", "REMARKS");
            case "key" -> print(metadata.getPrimaryKeys(null, request[1], request[2]), "KEY_SEQ", "COLUMN_NAME");
            case "query" -> {
                try (PreparedStatement statement = prepared(connection, request)) {
                    print(statement.executeQuery(), Integer.MAX_VALUE);
                }
            }
            case "begin" -> connection.setAutoCommit(false);
            case "commit" -> {
                connection.commit();
                connection.setAutoCommit(true);
            }
            // The driver fetches in pieces only inside a transaction and with a size set.
            case "start" -> {
                connection.setAutoCommit(false);
                PreparedStatement statement = prepared(connection, request);
                statement.setFetchSize(50);
                running = statement.executeQuery();
                print(running, 1);
            }
            case "rest" -> {
                print(running, Integer.MAX_VALUE);
                connection.commit();
                connection.setAutoCommit(true);
            }
            default -> throw new SQLException("no such request: " + request[0]);
        }
    }

    private static PreparedStatement prepared(Connection connection, String[] request) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(unescaped(request[1]));
        for (int place = 2; place < request.length; place++) {
            String text = unescaped(request[place].substring(request[place].indexOf(':') + 1));
            switch (request[place].substring(0, request[place].indexOf(':'))) {
                case "int" -> statement.setInt(place - 1, Integer.parseInt(text));
                case "Decimal" -> statement.setBigDecimal(place - 1, new BigDecimal(text));
                default -> statement.setString(place - 1, text);
            }
        }
        return statement;
    }

    private static void print(ResultSet rows, String... columns) throws SQLException {
        while (rows.next()) {
            List<String> values = new ArrayList<>();
            for (String column : columns) values.add(written(rows.getObject(column)));
            out.println(String.join("\t", values));
        }
    }

    private static void print(ResultSet rows, int limit) throws SQLException {
        for (int count = 0; count < limit && rows.next(); count++) {
            List<String> values = new ArrayList<>();
            for (int place = 1; place <= rows.getMetaData().getColumnCount(); place++) values.add(written(rows.getObject(place)));
            out.println(String.join("\t", values));
        }
    }

    private static String written(Object value) {
        if (value == null) return "null:";
        String text = value instanceof BigDecimal number ? number.toPlainString() : value.toString();
        return value.getClass().getSimpleName() + ":" + escaped(text);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            char each = text.charAt(at);
            if (each != '\\') {
                plain.append(each);
                continue;
            }
            at++;
            plain.append(switch (text.charAt(at)) { case 't' -> '\t'; case 'n' -> '\n'; case 'r' -> '\r'; default -> '\\'; });
        }
        return plain.toString();
    }
}
