using System.Diagnostics.CodeAnalysis;

namespace Channel.Wire;

/// <summary>
/// How one dialect lays the model out: the vtable slot of every field, the declaration that holds for it, and the
/// values of enums and unions. Chosen once at start and carried by readers and builders; immutable.
/// </summary>
public sealed partial class WireLayout
{
    /// <summary>What an enum reads as when the dialect does not have the value.</summary>
    internal const byte UnknownEnum = 255;

    /// <summary>In the place of a default: the field has none, it may be absent.</summary>
    internal const int NoDefault = -1;

    /// <summary>In the place of a default: whatever member is 0 on the wire, which is not the same in every dialect.</summary>
    internal const int ZeroOnWire = -2;

    private readonly ushort[] _slots;
    private readonly byte[] _variants;
    private readonly FieldCheck[] _checks;
    private readonly int[] _tableStarts;
    private readonly ushort[] _unionTables;
    private readonly ushort[] _unionStarts;
    private readonly byte[] _enumFromWire = new byte[EnumMapCount * 256];
    private readonly byte[] _enumToWire = new byte[EnumMapCount * 256];
    private readonly bool[] _enumHas = new bool[EnumMapCount * 256];

    private WireLayout(
        Release release,
        int longestMessage,
        ReadOnlySpan<ushort> slots,
        ReadOnlySpan<ushort> variants,
        ReadOnlySpan<ushort> checks,
        ReadOnlySpan<ushort> tableStarts,
        ReadOnlySpan<ushort> unionTables,
        ReadOnlySpan<ushort> unionStarts,
        ReadOnlySpan<ushort> enumValues)
    {
        Release = release;
        LongestMessage = longestMessage;
        _slots = slots.ToArray();
        _unionTables = unionTables.ToArray();
        _unionStarts = unionStarts.ToArray();

        _variants = new byte[variants.Length];
        for (int i = 0; i < variants.Length; i++)
        {
            _variants[i] = (byte)variants[i];
        }

        _checks = new FieldCheck[checks.Length / FieldCheck.Numbers];
        for (int i = 0; i < _checks.Length; i++)
        {
            ReadOnlySpan<ushort> x = checks.Slice(i * FieldCheck.Numbers, FieldCheck.Numbers);
            _checks[i] = new FieldCheck(x[0], (FieldCheckKind)x[1], x[2] != 0, x[3]);
        }
        _tableStarts = new int[tableStarts.Length];
        for (int i = 0; i < tableStarts.Length; i++)
        {
            _tableStarts[i] = tableStarts[i] / FieldCheck.Numbers;
        }

        // Not Array.Fill: it is compiled at its first call, because it counts on the width of the machine's vectors.
        for (int i = 0; i < _enumFromWire.Length; i++)
        {
            _enumFromWire[i] = UnknownEnum;
        }
        for (int i = 0; i + 2 < enumValues.Length; i += 3)
        {
            int map = enumValues[i] * 256;
            (byte own, byte wire) = ((byte)enumValues[i + 1], (byte)enumValues[i + 2]);
            _enumFromWire[map + wire] = own;
            _enumToWire[map + own] = wire;
            _enumHas[map + own] = true;
        }
    }

    /// <summary>The dialect.</summary>
    public Release Release { get; }

    /// <summary>The longest message, in bytes with its prefix, that Node takes.</summary>
    public int LongestMessage { get; }

    /// <summary>Finds the dialect of a release.</summary>
    /// <param name="version">What Node says in <c>MEDIASOUP_VERSION</c>, such as "3.27.1".</param>
    /// <param name="layout">The layout, when true is returned.</param>
    /// <param name="reason">A sentence for the operator, when false is returned.</param>
    public static bool TryResolve(
        string? version, [NotNullWhen(true)] out WireLayout? layout, [NotNullWhen(false)] out string? reason)
    {
        layout = null;
        if (!TryParse(version, out int major, out int minor, out int patch))
        {
            reason = $"'{version}' is not a mediasoup version; this worker speaks {SupportedReleases}";
            return false;
        }
        if (Find(major, minor, patch) is not { } release)
        {
            reason = $"mediasoup {version} is not supported; this worker speaks {SupportedReleases}";
            return false;
        }
        layout = For(release);
        reason = null;
        return true;
    }

    private static bool TryParse(string? version, out int major, out int minor, out int patch)
    {
        (minor, patch) = (0, 0);
        ReadOnlySpan<char> rest = version;
        // What follows a hyphen names a pre-release, which speaks as its release does.
        return TryTakeNumber(ref rest, out major)
            && TryTake(ref rest, '.') && TryTakeNumber(ref rest, out minor)
            && TryTake(ref rest, '.') && TryTakeNumber(ref rest, out patch)
            && (rest.IsEmpty || rest[0] == '-');
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        int length = 0;
        for (; length < text.Length && char.IsAsciiDigit(text[length]); length++)
        {
            if (length == 5)
            {
                return false;
            }
            number = (number * 10) + (text[length] - '0');
        }
        text = text[length..];
        return length > 0;
    }

    private static bool TryTake(ref ReadOnlySpan<char> text, char expected)
    {
        if (text.IsEmpty || text[0] != expected)
        {
            return false;
        }
        text = text[1..];
        return true;
    }

    private static long Order(int major, int minor, int patch) => ((long)major << 40) + ((long)minor << 20) + patch;

    internal int Slot(int field) => _slots[field];

    internal int Variant(int field) => _variants[field];

    internal ReadOnlySpan<FieldCheck> Checks(int table) =>
        _checks.AsSpan(_tableStarts[table].._tableStarts[table + 1]);

    /// <summary>Most slots that a table has in this dialect, a union taking two.</summary>
    internal int SlotCount(int table)
    {
        ReadOnlySpan<FieldCheck> checks = Checks(table);
        if (checks.IsEmpty)
        {
            return 0;
        }
        FieldCheck last = checks[^1];
        return ((last.Slot - 4) / 2) + (last.Kind == FieldCheckKind.Union ? 2 : 1);
    }

    /// <summary>The table of a union's wire type, or -1 where the dialect has none.</summary>
    internal int UnionTable(int union, byte wireType)
    {
        int index = _unionStarts[union] + wireType;
        return index < _unionStarts[union + 1] && _unionTables[index] != ushort.MaxValue ? _unionTables[index] : -1;
    }

    internal byte EnumFromWire(int map, byte wire) => _enumFromWire[(map * 256) + wire];

    internal byte EnumToWire(int map, byte own) => _enumToWire[(map * 256) + own];

    internal bool HasEnum(int map, byte own) => _enumHas[(map * 256) + own];

    internal static string NameOfTable(int table) => TableName(table);
}
