using System.Runtime.CompilerServices;

namespace Rtc.Srtp;

/// <summary>
/// Which of the last 1,024 indices were taken (RFC 3711, section 3.3.2), as a ring of bits that is indexed by the
/// index itself (RFC 6479). Check first, accept after the packet is authenticated.
/// </summary>
internal struct ReplayWindow
{
    /// <summary>How far behind the highest index a packet may be.</summary>
    public const int Length = 1024;

    private const int Words = Length / 64;

    private Bits _bits;

    // Behind the highest accepted index; 0 before the first.
    private ulong _next;

    /// <summary>The highest accepted index; 0 before the first.</summary>
    public readonly ulong Highest => _next == 0 ? 0 : _next - 1;

    /// <summary>Whether an index was accepted.</summary>
    public readonly bool IsStarted => _next != 0;

    /// <summary>Whether a packet with this index may be taken; changes nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly SrtpError Check(ulong index)
    {
        if (index >= _next)
        {
            return SrtpError.None;
        }

        if (_next - index > Length)
        {
            return SrtpError.TooOld;
        }

        return (_bits[WordOf(index)] & BitOf(index)) != 0 ? SrtpError.Replayed : SrtpError.None;
    }

    /// <summary><see cref="Check"/>, and <see cref="Accept"/> where it finds nothing wrong.</summary>
    public SrtpError Take(ulong index)
    {
        SrtpError error = Check(index);
        if (error == SrtpError.None)
            Accept(index);

        return error;
    }

    /// <summary>Marks an index that passed <see cref="Check"/> as taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Accept(ulong index)
    {
        if (index >= _next)
        {
            if (index > _next)
                Forget(_next, index - 1);
            _next = index + 1;
        }

        _bits[WordOf(index)] |= BitOf(index);
    }

    private static int WordOf(ulong index) => (int)(index / 64 % Words);

    private static ulong BitOf(ulong index) => 1ul << (int)(index % 64);

    private void Forget(ulong first, ulong last)
    {
        if (last - first >= Length - 1)
        {
            _bits = default;
            return;
        }

        for (ulong index = first; index <= last; index++)
        {
            _bits[WordOf(index)] &= ~BitOf(index);
        }
    }

    [InlineArray(Words)]
    private struct Bits
    {
        private ulong _first;
    }
}
