namespace Channel.Compiler.Syntax;

/// <summary>Kinds of token in the FlatBuffers schema language.</summary>
public enum TokenKind
{
    /// <summary>A name, possibly with dots.</summary>
    Name,

    /// <summary>A number, as written.</summary>
    Number,

    /// <summary>A text, without its quotes.</summary>
    Text,

    /// <summary>One character of punctuation.</summary>
    Punctuation,

    /// <summary>A <c>///</c> comment, without its slashes.</summary>
    Documentation,

    /// <summary>End of the file.</summary>
    End,
}

/// <summary>One token.</summary>
public readonly record struct Token(TokenKind Kind, string Text, SourcePosition Position);

/// <summary>Splits a schema into tokens. Source: the grammar in the FlatBuffers documentation.</summary>
public static class Lexer
{
    /// <summary>All tokens of a file, the last one being <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="SchemaException">A character or text that the language does not have.</exception>
    public static List<Token> Tokenize(string file, string source)
    {
        var tokens = new List<Token>();
        int line = 1;
        int i = 0;

        while (i < source.Length)
        {
            char c = source[i];
            var position = new SourcePosition(file, line);

            if (c == '\n')
            {
                line++;
                i++;
            }
            else if (char.IsWhiteSpace(c))
            {
                i++;
            }
            else if (source.AsSpan(i).StartsWith("//"))
            {
                int end = LineEnd(source, i);
                if (source.AsSpan(i).StartsWith("///"))
                {
                    tokens.Add(new Token(TokenKind.Documentation, source[(i + 3)..end].Trim(), position));
                }
                i = end;
            }
            else if (source.AsSpan(i).StartsWith("/*"))
            {
                int end = source.IndexOf("*/", i + 2, StringComparison.Ordinal);
                if (end < 0)
                {
                    throw new SchemaException(position, "comment without end");
                }
                line += source.AsSpan(i, end - i).Count('\n');
                i = end + 2;
            }
            else if (c == '"')
            {
                int end = source.IndexOf('"', i + 1);
                if (end < 0 || end > LineEnd(source, i))
                {
                    throw new SchemaException(position, "text without closing quote");
                }
                tokens.Add(new Token(TokenKind.Text, source[(i + 1)..end], position));
                i = end + 1;
            }
            else if (char.IsAsciiLetter(c) || c == '_')
            {
                int end = Run(source, i, static x => char.IsAsciiLetterOrDigit(x) || x is '_' or '.');
                tokens.Add(new Token(TokenKind.Name, source[i..end], position));
                i = end;
            }
            else if (char.IsAsciiDigit(c) || c is '-' or '+')
            {
                int end = Run(source, i + 1, static x => char.IsAsciiLetterOrDigit(x) || x == '.');
                tokens.Add(new Token(TokenKind.Number, source[i..end], position));
                i = end;
            }
            else if ("{}()[]:;,=".Contains(c))
            {
                tokens.Add(new Token(TokenKind.Punctuation, c.ToString(), position));
                i++;
            }
            else
            {
                throw new SchemaException(position, $"unexpected character '{c}'");
            }
        }

        tokens.Add(new Token(TokenKind.End, "end of file", new SourcePosition(file, line)));
        return tokens;
    }

    private static int LineEnd(string source, int from)
    {
        int end = source.IndexOf('\n', from);
        return end < 0 ? source.Length : end;
    }

    private static int Run(string source, int from, Func<char, bool> belongs)
    {
        while (from < source.Length && belongs(source[from]))
        {
            from++;
        }
        return from;
    }
}
