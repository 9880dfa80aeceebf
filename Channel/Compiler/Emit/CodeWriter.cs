using System.Text;

namespace Channel.Compiler.Emit;

/// <summary>Writes indented C#.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    internal void Line(string line = "")
    {
        if (line.Length > 0)
        {
            _text.Append(' ', _depth * 4).Append(line);
        }
        _text.Append('\n');
    }

    internal void Open(string line)
    {
        Line(line);
        Line("{");
        _depth++;
    }

    internal void Close(string tail = "")
    {
        _depth--;
        Line("}" + tail);
    }

    internal void Summary(string documentation)
    {
        if (documentation.Length == 0)
        {
            return;
        }
        Line("/// <summary>");
        foreach (string line in documentation.Split('\n'))
        {
            Line("/// " + line.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;"));
        }
        Line("/// </summary>");
    }

    /// <summary>A static span of numbers, which the compiler keeps as data of the assembly.</summary>
    internal void Numbers(string name, IReadOnlyList<int> numbers)
    {
        Line($"internal static ReadOnlySpan<ushort> {name} =>");
        Line("[");
        for (int i = 0; i < numbers.Count; i += 24)
        {
            Line("    " + string.Join(", ", numbers.Skip(i).Take(24)) + ",");
        }
        Line("];");
        Line();
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
