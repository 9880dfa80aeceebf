namespace Rtc.Sctp;

/// <summary>
/// Arrays for messages that wait: to be sent, acknowledged, or completed. Free ones are kept by size up to a bound, so
/// that a running association allocates nothing per message. Shared by the associations of one loop; not thread-safe.
/// </summary>
/// <param name="maxRetainedBytes">How many bytes of free arrays are kept.</param>
public sealed class SctpBufferPool(long maxRetainedBytes = SctpBufferPool.DefaultMaxRetainedBytes)
{
    /// <summary>The bound of <see cref="RetainedBytes"/> when none is given.</summary>
    public const long DefaultMaxRetainedBytes = 8 * 1024 * 1024;

    // A fragment of the usual MTU has at most 1,163 bytes; the sizes above double up to a message of 256 KiB.
    private static readonly int[] Sizes =
        [64, 256, 1_280, 2_560, 5_120, 10_240, 20_480, 40_960, 81_920, 163_840, 327_680];

    private readonly Stack<byte[]>[] _free = CreateStacks();

    /// <summary>Bytes of the arrays that are rented.</summary>
    public long InUseBytes { get; private set; }

    /// <summary>Bytes of the free arrays that are kept.</summary>
    public long RetainedBytes { get; private set; }

    /// <summary>How often an array had to be allocated.</summary>
    public long AllocatedCount { get; private set; }

    internal byte[] Rent(int length)
    {
        int index = IndexOf(length);
        byte[]? buffer = null;
        if (index >= 0 && _free[index].TryPop(out buffer))
        {
            RetainedBytes -= buffer.Length;
        }

        if (buffer is null)
        {
            AllocatedCount++;
            buffer = GC.AllocateUninitializedArray<byte>(index >= 0 ? Sizes[index] : length);
        }

        InUseBytes += buffer.Length;
        return buffer;
    }

    internal void Return(byte[] buffer)
    {
        InUseBytes -= buffer.Length;
        int index = IndexOf(buffer.Length);
        if (index < 0 || Sizes[index] != buffer.Length || RetainedBytes + buffer.Length > maxRetainedBytes)
        {
            return;
        }

        RetainedBytes += buffer.Length;
        _free[index].Push(buffer);
    }

    private static int IndexOf(int length)
    {
        for (int i = 0; i < Sizes.Length; i++)
        {
            if (length <= Sizes[i])
                return i;
        }

        return -1;
    }

    private static Stack<byte[]>[] CreateStacks()
    {
        var stacks = new Stack<byte[]>[Sizes.Length];
        for (int i = 0; i < stacks.Length; i++)
            stacks[i] = new Stack<byte[]>();

        return stacks;
    }
}
