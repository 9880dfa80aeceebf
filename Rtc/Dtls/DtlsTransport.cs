using Rtc.Crypto;
using Rtc.Seams;

namespace Rtc.Dtls;

/// <summary>
/// One end of a DTLS 1.2 association with use_srtp (RFC 6347, RFC 5764), as a state machine: datagrams and the time
/// go in; datagrams, state changes, application data and the next deadline are read back. After every call the owner
/// reads <see cref="TryReadStateChange"/>, <see cref="TryReadApplicationData"/> and <see cref="TryGetOutgoing"/> until
/// they are empty, and looks at <see cref="DeadlineUs"/>.
/// </summary>
/// <remarks>
/// OpenSSL measures its retransmission timers with its own clock, so <see cref="DeadlineUs"/> says when to ask it
/// again; asking early does nothing.
/// </remarks>
/// <param name="context">What the transports of the process share; the caller keeps owning it.</param>
public sealed class DtlsTransport(DtlsContext context) : IDisposable
{
    /// <summary>Longest datagram that is sent, in bytes.</summary>
    public const int Mtu = 1_350;

    /// <summary>Longest application message that can be sent, in bytes: it fits the MTU with any cipher.</summary>
    public const int MaxApplicationDataLength = 1_262;

    /// <summary>Longest datagram that is looked at, in bytes: one record of the greatest length.</summary>
    public const int MaxDatagramLength = 16_384 + 256;

    private const long MinTimerUs = 1_000;
    private const int MaxQueuedStateChanges = 16;

    private readonly DtlsOutgoing _outgoing = new();
    private readonly DtlsApplicationData _applicationData = new();
    private readonly Queue<DtlsState> _stateChanges = new();
    private DtlsSession? _session;
    private DtlsFingerprint? _remoteFingerprint;
    private bool _isHandshakeDone;
    private int _minProtectedFragmentLength = DtlsSession.MinProtectedFragmentLength;
    private DtlsCounters _counters;

    /// <summary>The state.</summary>
    public DtlsState State { get; private set; }

    /// <summary>The role of the running or connected session; <see cref="DtlsRole.Auto"/> when there is none.</summary>
    public DtlsRole Role { get; private set; }

    /// <summary>
    /// When <see cref="HandleDeadline"/> wants to be called, in monotonic microseconds; <see cref="Deadline.Never"/>
    /// while nothing is due.
    /// </summary>
    public long DeadlineUs { get; private set; } = Deadline.Never;

    /// <summary>Why the transport failed or closed, for a log line; empty while it did not.</summary>
    public string FailureReason { get; private set; } = string.Empty;

    /// <summary>The peer's certificate as PEM text; null while the state is not connected.</summary>
    public string? RemoteCertificatePem { get; private set; }

    /// <summary>Keys of what we send; null while the state is not connected. Owned and wiped here.</summary>
    public SrtpKeyingMaterial? LocalSrtpKeys { get; private set; }

    /// <summary>Keys of what the peer sends; null while the state is not connected. Owned and wiped here.</summary>
    public SrtpKeyingMaterial? RemoteSrtpKeys { get; private set; }

    /// <summary>What was counted so far.</summary>
    public ref readonly DtlsCounters Counters => ref _counters;

    /// <summary>
    /// Starts the handshake. With the role that already runs this does nothing; with the other one the running
    /// session is closed (close_notify) and a new handshake begins. After failed or closed it begins anew.
    /// </summary>
    /// <param name="role">Client or server.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void Start(DtlsRole role, long nowUs)
    {
        if (role == DtlsRole.Auto)
        {
            throw new InvalidOperationException("a DTLS handshake needs a role");
        }

        if (role == Role)
        {
            return;
        }

        EndSession(sayGoodbye: true);
        Role = role;
        FailureReason = string.Empty;
        _session = context.CreateSession(role, Mtu);
        ChangeState(DtlsState.Connecting);
        ContinueHandshake();
        Settle(nowUs);
    }

    /// <summary>
    /// Sets the fingerprint that the peer's certificate must have. It may come after the handshake is done; until
    /// then the state stays connecting. Later ones are ignored once the state is connected.
    /// </summary>
    public void SetRemoteFingerprint(DtlsFingerprint fingerprint, long nowUs)
    {
        _remoteFingerprint = fingerprint;
        if (_isHandshakeDone && State == DtlsState.Connecting)
        {
            VerifyPeer();
            Settle(nowUs);
        }
    }

    /// <summary>
    /// Takes one datagram of the peer (RFC 7983: first byte 20 to 63). Application data of the previous datagram that
    /// nobody read is dropped.
    /// </summary>
    public void HandleDatagram(ReadOnlySpan<byte> datagram, long nowUs)
    {
        DropUnreadApplicationData();
        if (_session is null)
        {
            _counters.IgnoredDatagrams++;
            return;
        }

        if (!TryFeed(datagram))
        {
            _counters.MalformedDatagrams++;
            return;
        }

        if (!_isHandshakeDone)
        {
            ContinueHandshake();
        }

        if (_isHandshakeDone)
        {
            ReadRecords(datagram.Length);
        }

        Settle(nowUs);
    }

    /// <summary>Repeats the last flight if OpenSSL finds that its time has come.</summary>
    public void HandleDeadline(long nowUs)
    {
        if (nowUs < DeadlineUs || _session is null || _isHandshakeDone)
        {
            return;
        }

        if (_session.HandleTimeout() == DtlsSessionStatus.Failed)
        {
            Fail(_session.FailureReason);
        }

        if (Settle(nowUs) > 0)
        {
            _counters.RepeatedFlights++;
        }
    }

    /// <summary>
    /// Queues one application message; false when not connected, too long or empty, or nobody reads the queue.
    /// </summary>
    public bool TrySend(ReadOnlySpan<byte> message, long nowUs)
    {
        if (State != DtlsState.Connected || _session is null || message.IsEmpty
            || message.Length > MaxApplicationDataLength)
        {
            return false;
        }

        DtlsSessionStatus status = _session.Write(message);
        if (status == DtlsSessionStatus.Failed)
        {
            Fail(_session.FailureReason);
        }

        long droppedBefore = _counters.DroppedOutgoingBytes;
        Settle(nowUs);
        return status == DtlsSessionStatus.Done && _counters.DroppedOutgoingBytes == droppedBefore;
    }

    /// <summary>Writes the next datagram to be sent.</summary>
    /// <param name="destination">At least <see cref="Mtu"/> bytes.</param>
    /// <param name="length">How many were written.</param>
    public bool TryGetOutgoing(Span<byte> destination, out int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Mtu);
        return _outgoing.TryTake(destination[..Mtu], out length);
    }

    /// <summary>Takes the next change of <see cref="State"/>.</summary>
    public bool TryReadStateChange(out DtlsState state) => _stateChanges.TryDequeue(out state);

    /// <summary>
    /// The next application message of the last datagram; a view that is gone with the next
    /// <see cref="HandleDatagram"/>.
    /// </summary>
    public bool TryReadApplicationData(out ReadOnlySpan<byte> message) => _applicationData.TryRead(out message);

    /// <summary>Says close_notify and ends the session, if there is one. Its output can still be read.</summary>
    public void Close(long nowUs)
    {
        bool wasOpen = State is DtlsState.Connecting or DtlsState.Connected;
        EndSession(sayGoodbye: true);
        if (wasOpen)
        {
            ChangeState(DtlsState.Closed);
        }

        Settle(nowUs);
    }

    /// <summary>Frees the session and wipes the keys; says nothing to the peer (see <see cref="Close"/>).</summary>
    public void Dispose() => EndSession(sayGoodbye: false);

    private bool TryFeed(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > MaxDatagramLength)
        {
            return false;
        }

        bool isAnyRecord = false;
        while (DtlsRecords.TryReadFirst(datagram, out DtlsRecord record))
        {
            isAnyRecord = true;
            if (record.Epoch > 0 && record.FragmentLength < _minProtectedFragmentLength)
            {
                _counters.ShortRecords++;
            }
            else if (record.ContentType == DtlsRecords.ApplicationData && !_isHandshakeDone)
            {
                // OpenSSL would keep up to a hundred early application records, a full buffer each.
                _counters.DroppedApplicationRecords++;
            }
            else
            {
                _session!.Feed(datagram[..record.Length]);
            }

            datagram = datagram[record.Length..];
        }

        return isAnyRecord;
    }

    private void ContinueHandshake()
    {
        switch (_session!.Handshake())
        {
            case DtlsSessionStatus.Done:
                _isHandshakeDone = true;
                _minProtectedFragmentLength = _session.GetMinProtectedFragmentLength();
                if (_remoteFingerprint is not null)
                {
                    VerifyPeer();
                }

                break;
            case DtlsSessionStatus.NeedsInput:
                break;
            case DtlsSessionStatus.ClosedByPeer:
                Fail("the peer closed during the handshake");
                break;
            default:
                Fail(_session.FailureReason);
                break;
        }
    }

    private void ReadRecords(int datagramLength)
    {
        _applicationData.Begin(datagramLength);
        while (_session is not null)
        {
            switch (_session.Read(_applicationData.Room, out int length))
            {
                case DtlsSessionStatus.Done when State == DtlsState.Connected:
                    _applicationData.Add(length);
                    break;
                case DtlsSessionStatus.Done:
                    _counters.DroppedApplicationRecords++;
                    break;
                case DtlsSessionStatus.NeedsInput:
                    return;
                case DtlsSessionStatus.ClosedByPeer:
                    Fail("the peer closed");
                    return;
                default:
                    Fail(_session.FailureReason);
                    return;
            }
        }
    }

    private void VerifyPeer()
    {
        DtlsFingerprint expected = _remoteFingerprint!.Value;
        using OpenSslCertificate? certificate = _session!.GetPeerCertificate();
        if (certificate is null)
        {
            Fail("the peer has no certificate");
            return;
        }

        DtlsFingerprint actual = CertificateFingerprint.Compute(certificate, expected.Algorithm);
        if (actual != expected)
        {
            Fail($"the peer's {actual.Algorithm} fingerprint is {actual.Value}, signalled was {expected.Value}");
            return;
        }

        if (!SrtpProfiles.TryGetSuite(_session.GetSrtpProfileId(), out SrtpSuite suite))
        {
            Fail("use_srtp was not negotiated");
            return;
        }

        (LocalSrtpKeys, RemoteSrtpKeys) = SrtpProfiles.ExportKeys(_session, suite, Role);
        RemoteCertificatePem = certificate.ToPem();
        ChangeState(DtlsState.Connected);
    }

    private void Fail(string reason)
    {
        DtlsState end = State == DtlsState.Connected ? DtlsState.Closed : DtlsState.Failed;
        EndSession(sayGoodbye: true);
        FailureReason = reason;
        ChangeState(end);
    }

    private void EndSession(bool sayGoodbye)
    {
        if (_session is not null)
        {
            if (sayGoodbye)
            {
                _session.Shutdown();
                CollectOutput();
            }

            _session.Dispose();
            _session = null;
        }

        LocalSrtpKeys?.Dispose();
        RemoteSrtpKeys?.Dispose();
        LocalSrtpKeys = null;
        RemoteSrtpKeys = null;
        RemoteCertificatePem = null;
        _isHandshakeDone = false;
        _minProtectedFragmentLength = DtlsSession.MinProtectedFragmentLength;
        Role = DtlsRole.Auto;
        DeadlineUs = Deadline.Never;
    }

    private void ChangeState(DtlsState state)
    {
        State = state;
        if (_stateChanges.Count == MaxQueuedStateChanges)
        {
            _stateChanges.Dequeue();
        }

        _stateChanges.Enqueue(state);
    }

    /// <summary>Collects what is to be sent and the next deadline; returns how many bytes were collected.</summary>
    private int Settle(long nowUs)
    {
        DeadlineUs = Deadline.Never;
        if (_session is null)
        {
            return 0;
        }

        int collected = CollectOutput();
        if (!_isHandshakeDone && _session.TryGetTimeout(out long remainingUs))
        {
            DeadlineUs = nowUs + Math.Clamp(remainingUs, MinTimerUs, DtlsSession.MaxTimeoutUs);
        }

        return collected;
    }

    private int CollectOutput()
    {
        ReadOnlySpan<byte> pending = _session!.PendingOutput;
        int length = pending.Length;
        if (length > 0)
        {
            if (!_outgoing.TryAppend(pending))
            {
                _counters.DroppedOutgoingBytes += length;
            }

            _session.DiscardOutput();
        }

        return length;
    }

    private void DropUnreadApplicationData()
    {
        _counters.DroppedApplicationRecords += _applicationData.Count;
        _applicationData.Begin(0);
    }
}
