namespace Rtc.Sctp.Receive;

/// <summary>Where a fragment belongs: which message, and which place in it.</summary>
internal readonly record struct FragmentKey(ushort StreamId, bool IsUnordered, uint MessageId, uint Position);

/// <summary>The bytes of one fragment, in an array of the pool.</summary>
internal sealed class Fragment
{
    public byte[] Buffer = [];
    public int Length;
    public Fragment? Next;
}

/// <summary>Fragments of one message without a gap between them; with begin and end it is the message.</summary>
internal sealed class FragmentRun
{
    public FragmentKey First;
    public FragmentKey Last;
    public Fragment? Head;
    public Fragment? Tail;
    public int Bytes;
    public int Fragments;
    public bool HasBegin;
    public bool HasEnd;
    public uint PayloadProtocolId;

    public bool IsWhole => HasBegin && HasEnd;

    /// <summary>Takes over the fragments of the run that follows.</summary>
    public void Append(FragmentRun following)
    {
        Tail!.Next = following.Head;
        Tail = following.Tail;
        Last = following.Last;
        Bytes += following.Bytes;
        Fragments += following.Fragments;
        HasEnd = following.HasEnd;
    }
}
