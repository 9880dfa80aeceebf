namespace Channel.Compiler.Model;

/// <summary>A release, "3.26" (any patch) or "3.26.1". Ordered; a missing patch is the first or the last one.</summary>
public readonly record struct ReleaseVersion(int Major, int Minor, int Patch) : IComparable<ReleaseVersion>
{
    /// <summary>Parses "3.26" or "3.26.1".</summary>
    /// <param name="text">The version.</param>
    /// <param name="missingPatch">The patch of a version without one: 0 for a start, int.MaxValue for an end.</param>
    /// <param name="version">The version, when true is returned.</param>
    public static bool TryParse(string? text, int missingPatch, out ReleaseVersion version)
    {
        version = default;
        string[] parts = (text ?? "").Split('.');
        if (parts.Length is < 2 or > 3 || !int.TryParse(parts[0], out int major) || !int.TryParse(parts[1], out int minor))
        {
            return false;
        }
        int patch = missingPatch;
        if (parts.Length == 3 && !int.TryParse(parts[2], out patch))
        {
            return false;
        }
        version = new ReleaseVersion(major, minor, patch);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(ReleaseVersion other) =>
        (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <inheritdoc/>
    public override string ToString() => Patch == int.MaxValue ? $"{Major}.{Minor}" : $"{Major}.{Minor}.{Patch}";
}
