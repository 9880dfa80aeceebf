namespace RtcTests.Simulation;

/// <summary>
/// Three temporal layers over eight pictures, as encoders for real-time use arrange them: in the first half every
/// picture can be decoded from the base layer and what follows it, in the second half it builds on the first.
/// </summary>
internal static class TemporalPattern
{
    public const int Length = 8;

    private static readonly int[] Layers = [0, 2, 1, 2, 0, 2, 1, 2];
    private static readonly int[][] References = [[-4], [-1], [-2], [-1, -2], [-4], [-1, -2], [-2, -4], [-1, -2]];

    public static int LayerOf(int picture) => Layers[picture % Length];

    /// <summary>Whether somebody who had only the base layer so far can begin with this layer here.</summary>
    public static bool IsSync(int picture) => picture % Length is 1 or 2;

    /// <summary>The pictures that one needs, counted from the last key frame; none before it.</summary>
    public static IEnumerable<int> ReferencesOf(int picture) =>
        References[picture % Length].Select(reference => picture + reference).Where(reference => reference >= 0);
}
