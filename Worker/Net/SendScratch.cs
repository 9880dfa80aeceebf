using System.Runtime.InteropServices;

namespace Worker.Net;

/// <summary>The arrays that a flush hands to the kernel. One set for all sockets of a loop.</summary>
internal sealed unsafe class SendScratch : IDisposable
{
    /// <summary>The most messages a call carries.</summary>
    public const int MaxMessages = 64;

    /// <summary>The most pieces of memory all messages of a call are gathered from.</summary>
    public const int MaxVectors = 512;

    public readonly Libc.MultiMessageHeader* Messages =
        (Libc.MultiMessageHeader*)NativeMemory.AllocZeroed(MaxMessages, (nuint)sizeof(Libc.MultiMessageHeader));

    public readonly Libc.IoVector* Vectors =
        (Libc.IoVector*)NativeMemory.AllocZeroed(MaxVectors, (nuint)sizeof(Libc.IoVector));

    public readonly Libc.SegmentControl* Controls =
        (Libc.SegmentControl*)NativeMemory.AllocZeroed(MaxMessages, (nuint)sizeof(Libc.SegmentControl));

    /// <summary>What each message carries, for when the kernel does not take it.</summary>
    public readonly Content* Contents = (Content*)NativeMemory.AllocZeroed(MaxMessages, (nuint)sizeof(Content));

    private bool _disposed;

    public SendScratch()
    {
        for (int i = 0; i < MaxMessages; i++)
        {
            Controls[i].Length = Libc.SegmentControl.UsedLength;
            Controls[i].Level = Libc.IPPROTO_UDP;
            Controls[i].Type = Libc.UDP_SEGMENT;
        }
    }

    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        NativeMemory.Free(Messages);
        NativeMemory.Free(Vectors);
        NativeMemory.Free(Controls);
        NativeMemory.Free(Contents);
    }

    /// <summary>Runs of one destination that follow each other, as if they were one.</summary>
    public struct Content
    {
        public SendQueue.Run* FirstRun;

        /// <summary>The place of the destination among those that the lane flushes.</summary>
        public int Destination;

        public int RunCount;
        public int Datagrams;
        public int Bytes;
    }
}
