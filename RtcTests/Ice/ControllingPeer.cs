using Rtc.Ice;

namespace RtcTests.Ice;

/// <summary>
/// The other side in simulations: a full agent, controlling, with one candidate pair. It checks connectivity,
/// nominates, and then checks for consent; requests are repeated as RFC 8489 section 6.2.1 says (500 ms, doubled,
/// seven times), consent checks every 4 to 6 seconds (RFC 7675 section 5.1).
/// </summary>
internal sealed class ControllingPeer(Random random, Action<byte[]> send)
{
    private const long InitialTimeoutUs = 500_000;
    private const int MaxTransmissions = 7;

    private readonly byte[] _transactionId = new byte[StunMessageView.TransactionIdLength];
    private StunRequest? _pending;
    private long _timeoutUs;
    private int _transmissions;

    public IceParameters? RemoteParameters { get; set; }

    /// <summary>While false it sends nothing, as if its machine were gone.</summary>
    public bool IsAlive { get; set; } = true;

    public bool IsConnected { get; private set; }

    public bool IsNominated { get; private set; }

    public int ConsentsGiven { get; private set; }

    public long DeadlineUs { get; private set; }

    public void HandleDeadline(long nowUs)
    {
        if (!IsAlive)
        {
            DeadlineUs = long.MaxValue;
            return;
        }

        if (_pending is null || _transmissions == MaxTransmissions)
            StartTransaction();
        _transmissions++;
        send(_pending!.Write());
        DeadlineUs = nowUs + _timeoutUs;
        _timeoutUs *= 2;
    }

    public void HandleDatagram(byte[] datagram, long nowUs)
    {
        if (_pending is null || !StunMessageView.TryParse(datagram, out StunMessageView answer) ||
            !answer.TransactionId.SequenceEqual(_transactionId) || answer.Class != StunClass.SuccessResponse)
        {
            return;
        }

        using var integrity = new StunIntegrity(_pending.Password);
        if (!answer.HasValidIntegrity(integrity))
            return;

        bool wasNominating = _pending.UseCandidate;
        _pending = null;
        if (!IsConnected)
            IsConnected = true;
        else if (wasNominating && !IsNominated)
            IsNominated = true;
        else
            ConsentsGiven++;

        DeadlineUs = IsNominated ? nowUs + random.NextInt64(4_000_000, 6_000_000) : nowUs;
    }

    private void StartTransaction()
    {
        random.NextBytes(_transactionId);
        _pending = new StunRequest(RemoteParameters!)
        {
            TransactionId = [.. _transactionId],
            UseCandidate = IsConnected,
        };
        _transmissions = 0;
        _timeoutUs = InitialTimeoutUs;
    }
}
