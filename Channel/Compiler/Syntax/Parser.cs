namespace Channel.Compiler.Syntax;

/// <summary>
/// Parses the part of the FlatBuffers schema language that the protocol uses: includes, namespaces, attributes,
/// tables, enums and unions. What it does not know (structs, services, nested vectors) is an error.
/// </summary>
public sealed class Parser
{
    private readonly List<Token> _tokens;
    private readonly List<string> _includes = [];
    private readonly List<DeclarationSyntax> _declarations = [];
    private readonly HashSet<string> _knownAttributes;
    private string _namespace = "";
    private int _next;

    private Parser(string file, string source, HashSet<string> knownAttributes)
    {
        _tokens = Lexer.Tokenize(file, source);
        _knownAttributes = knownAttributes;
    }

    /// <summary>Parses one file.</summary>
    /// <param name="file">Path for messages.</param>
    /// <param name="source">The text.</param>
    /// <param name="knownAttributes">Attributes declared so far; declarations of this file are added.</param>
    /// <exception cref="SchemaException">The text is not a schema that we understand.</exception>
    public static SchemaFile Parse(string file, string source, HashSet<string> knownAttributes)
    {
        var parser = new Parser(file, source, knownAttributes);
        parser.ParseFile();
        return new SchemaFile(file, parser._includes, parser._declarations);
    }

    private Token Current => _tokens[_next];

    private void ParseFile()
    {
        string documentation = Documentation();
        while (Current.Kind != TokenKind.End)
        {
            Token keyword = Expect(TokenKind.Name, "a declaration");
            switch (keyword.Text)
            {
                case "include":
                    _includes.Add(Expect(TokenKind.Text, "a file name").Text);
                    Punctuation(";");
                    break;
                case "namespace":
                    _namespace = Expect(TokenKind.Name, "a namespace").Text;
                    Punctuation(";");
                    break;
                case "attribute":
                    _knownAttributes.Add(Take().Text);
                    Punctuation(";");
                    break;
                case "root_type":
                    Expect(TokenKind.Name, "a table");
                    Punctuation(";");
                    break;
                case "table":
                    _declarations.Add(ParseTable(documentation));
                    break;
                case "enum":
                case "union":
                    _declarations.Add(ParseEnum(keyword.Text == "union", documentation));
                    break;
                default:
                    throw new SchemaException(keyword.Position, $"'{keyword.Text}' is not supported here");
            }
            documentation = Documentation();
        }
    }

    private TableSyntax ParseTable(string documentation)
    {
        Token name = Expect(TokenKind.Name, "a table name");
        List<AttributeSyntax> attributes = Attributes();
        Punctuation("{");
        var fields = new List<FieldSyntax>();
        string fieldDocumentation = Documentation();
        while (!Accept("}"))
        {
            Token field = Expect(TokenKind.Name, "a field name");
            Punctuation(":");
            TypeSyntax type = ParseType();
            string? value = Accept("=") ? Take().Text : null;
            fields.Add(new FieldSyntax(field.Text, type, value, Attributes(), fieldDocumentation, field.Position));
            Punctuation(";");
            fieldDocumentation = Documentation();
        }
        return new TableSyntax(_namespace, name.Text, attributes, documentation, name.Position, fields);
    }

    private EnumSyntax ParseEnum(bool isUnion, string documentation)
    {
        Token name = Expect(TokenKind.Name, "a name");
        string? underlying = null;
        if (!isUnion)
        {
            Punctuation(":");
            underlying = Expect(TokenKind.Name, "the enum's type").Text;
        }
        List<AttributeSyntax> attributes = Attributes();
        Punctuation("{");
        var members = new List<MemberSyntax>();
        string memberDocumentation = Documentation();
        while (!Accept("}"))
        {
            Token member = Expect(TokenKind.Name, "a member name");
            TypeSyntax? type = isUnion ? new TypeSyntax(member.Text, false, member.Position) : null;
            if (isUnion && Accept(":"))
            {
                type = ParseType();
            }
            string? value = Accept("=") ? Expect(TokenKind.Number, "a number").Text : null;
            members.Add(
                new MemberSyntax(member.Text, value, type, Attributes(), memberDocumentation, member.Position));
            memberDocumentation = Documentation();
            if (!Accept(","))
            {
                Punctuation("}");
                break;
            }
            memberDocumentation += Documentation();
        }
        return new EnumSyntax(_namespace, name.Text, attributes, documentation, name.Position, underlying, members);
    }

    private TypeSyntax ParseType()
    {
        SourcePosition position = Current.Position;
        if (!Accept("["))
        {
            return new TypeSyntax(Expect(TokenKind.Name, "a type").Text, false, position);
        }
        Token element = Expect(TokenKind.Name, "an element type");
        Punctuation("]");
        return new TypeSyntax(element.Text, true, position);
    }

    private List<AttributeSyntax> Attributes()
    {
        var attributes = new List<AttributeSyntax>();
        if (!Accept("("))
        {
            return attributes;
        }
        do
        {
            Token name = Expect(TokenKind.Name, "an attribute");
            if (!_knownAttributes.Contains(name.Text))
            {
                throw new SchemaException(name.Position, $"attribute '{name.Text}' is not declared");
            }
            attributes.Add(new AttributeSyntax(name.Text, Accept(":") ? Take().Text : null, name.Position));
        }
        while (Accept(","));
        Punctuation(")");
        return attributes;
    }

    private string Documentation()
    {
        var lines = new List<string>();
        while (Current.Kind == TokenKind.Documentation)
        {
            lines.Add(Take().Text);
        }
        return string.Join('\n', lines);
    }

    /// <summary>The last token, the end, is never passed.</summary>
    private Token Take() => _next < _tokens.Count - 1 ? _tokens[_next++] : _tokens[^1];

    private bool Accept(string punctuation)
    {
        if (Current.Kind != TokenKind.Punctuation || Current.Text != punctuation)
        {
            return false;
        }
        _next++;
        return true;
    }

    private void Punctuation(string expected)
    {
        if (!Accept(expected))
        {
            throw new SchemaException(Current.Position, $"expected '{expected}', found '{Current.Text}'");
        }
    }

    private Token Expect(TokenKind kind, string what)
    {
        if (Current.Kind != kind)
        {
            throw new SchemaException(Current.Position, $"expected {what}, found '{Current.Text}'");
        }
        return Take();
    }
}
