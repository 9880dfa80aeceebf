namespace Worker.Net;

/// <summary>What the process used so far: getrusage(2).</summary>
internal static unsafe class ResourceUsage
{
    private const int Self = 0;

    /// <summary>Reads it.</summary>
    public static Libc.ResourceUsage Read()
    {
        Libc.ResourceUsage usage;
        EventLoop.Check(Libc.getrusage(Self, &usage), "getrusage");
        return usage;
    }
}
