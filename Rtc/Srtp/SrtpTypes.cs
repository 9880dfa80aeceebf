namespace Rtc.Srtp;

/// <summary>Why a packet was not protected or not unprotected.</summary>
public enum SrtpError
{
    /// <summary>No error.</summary>
    None,

    /// <summary>Not an RTP or RTCP packet, or too short for the suite.</summary>
    Malformed,

    /// <summary>The tag is wrong: another key, another rollover counter, or changed on the way.</summary>
    AuthenticationFailed,

    /// <summary>A packet with this index was already taken.</summary>
    Replayed,

    /// <summary>Older than the replay window, or from before the first packet's rollover.</summary>
    TooOld,

    /// <summary>A new SSRC, and the bound on SSRCs is reached.</summary>
    TooManyStreams,

    /// <summary>The destination is too short.</summary>
    NoRoom,

    /// <summary>All indices of the key are used up (RFC 3711, section 9.2).</summary>
    KeyExhausted,
}

/// <summary>How many packets ended how, over the life of a sender or receiver.</summary>
public struct SrtpCounters
{
    /// <summary>RTP packets that were protected or unprotected.</summary>
    public long RtpPackets;

    /// <summary>RTCP packets that were protected or unprotected.</summary>
    public long RtcpPackets;

    /// <summary><see cref="SrtpError.Malformed"/>.</summary>
    public long Malformed;

    /// <summary><see cref="SrtpError.AuthenticationFailed"/>.</summary>
    public long AuthenticationFailed;

    /// <summary><see cref="SrtpError.Replayed"/>.</summary>
    public long Replayed;

    /// <summary><see cref="SrtpError.TooOld"/>.</summary>
    public long TooOld;

    /// <summary><see cref="SrtpError.TooManyStreams"/>.</summary>
    public long TooManyStreams;

    /// <summary><see cref="SrtpError.NoRoom"/>.</summary>
    public long NoRoom;

    /// <summary><see cref="SrtpError.KeyExhausted"/>.</summary>
    public long KeyExhausted;

    internal void Add(SrtpError error)
    {
        switch (error)
        {
            case SrtpError.Malformed:
                Malformed++;
                break;
            case SrtpError.AuthenticationFailed:
                AuthenticationFailed++;
                break;
            case SrtpError.Replayed:
                Replayed++;
                break;
            case SrtpError.TooOld:
                TooOld++;
                break;
            case SrtpError.TooManyStreams:
                TooManyStreams++;
                break;
            case SrtpError.NoRoom:
                NoRoom++;
                break;
            case SrtpError.KeyExhausted:
                KeyExhausted++;
                break;
        }
    }
}
