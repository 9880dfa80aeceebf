using System.Text;
using Rtc.Seams;

namespace Rtc.Ice;

/// <summary>
/// An ICE-lite agent (RFC 8445 section 2.5), always controlled: it answers the peer's connectivity checks, keeps the
/// tuples that they came by, selects what is sent by, and watches that the peer goes on consenting (RFC 7675). It
/// never sends a request. Nothing is kept of a request that is not authenticated.
/// </summary>
public sealed class IceServer
{
    /// <summary>The most tuples that are kept.</summary>
    public const int MaxTuples = 8;

    private const int MinConsentTimeoutSeconds = 10;
    private const int MaxConsentTimeoutSeconds = 60;
    private const long MicrosecondsPerSecond = 1_000_000;
    private const int MaxResponseLength = 128;

    private readonly IIceListener _listener;
    private readonly IRandomSource _random;
    private readonly long _consentTimeoutUs;
    private readonly TransportTuple[] _tuples = new TransportTuple[MaxTuples];
    private int _tupleCount;
    private Credentials _current;
    private Credentials? _previous;
    private uint _remoteNomination;
    private bool _isClosed;

    /// <summary>Makes an agent with fresh credentials and tells the listener their user fragment.</summary>
    /// <param name="listener">Who is told of changes.</param>
    /// <param name="random">Where credentials come from.</param>
    /// <param name="consentTimeoutSeconds">
    /// How long a peer may be silent before it is taken for gone; 0 for ever, all else is brought into 10 to 60.
    /// </param>
    public IceServer(IIceListener listener, IRandomSource random, int consentTimeoutSeconds)
    {
        _listener = listener;
        _random = random;
        _consentTimeoutUs = consentTimeoutSeconds == 0
            ? 0
            : Math.Clamp(consentTimeoutSeconds, MinConsentTimeoutSeconds, MaxConsentTimeoutSeconds) *
                MicrosecondsPerSecond;
        _current = new Credentials(IceParameters.Generate(random));
        _listener.OnUsernameFragmentAdded(Parameters.UsernameFragment);
    }

    /// <summary>The credentials that the peer shall use.</summary>
    public IceParameters Parameters => _current.Parameters;

    /// <summary>Where the agent stands.</summary>
    public IceState State { get; private set; } = IceState.New;

    /// <summary>What is sent by; null in the states New and Disconnected, and only there.</summary>
    public TransportTuple? SelectedTuple { get; private set; }

    /// <summary>The tuples that authenticated requests came by, newest first.</summary>
    public ReadOnlySpan<TransportTuple> Tuples => _tuples.AsSpan(0, _tupleCount);

    /// <summary>
    /// When <see cref="HandleDeadline"/> wants to be called, in monotonic microseconds; <see cref="Deadline.Never"/>
    /// for never. Moves with every authenticated request.
    /// </summary>
    public long DeadlineUs { get; private set; } = Deadline.Never;

    /// <summary>What happened so far, for logs and tests.</summary>
    public IceCounters Counters { get; } = new();

    private bool IsEstablished => State is IceState.Connected or IceState.Completed;

    /// <summary>
    /// Handles a message from the peer, or from anybody: answers a request, and if it is authenticated takes its
    /// tuple into account. Indications and responses are counted and ignored.
    /// </summary>
    /// <param name="message">The parsed message.</param>
    /// <param name="socket">What it came in on; the answer leaves by it.</param>
    /// <param name="remote">Who sent it.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    /// <returns>The length of the answer in bytes; 0 when there was none.</returns>
    public int HandleMessage(
        in StunMessageView message, IDatagramSocket socket, in TransportAddress remote, long nowUs)
    {
        if (_isClosed || message.Class != StunClass.Request)
        {
            Counters.IgnoredMessages++;
            return 0;
        }

        Counters.Requests++;
        int error = Check(message, out ReadOnlySpan<byte> reason);
        if (error != 0)
            return Refuse(message, error, reason, socket, remote);

        int sent = Accept(message, socket, remote);
        HandleTuple(message, socket, remote);
        if (IsEstablished)
            RestartConsent(nowUs);
        return sent;
    }

    /// <summary>The tuple of that socket and address if it is known; null if not: only STUN may come from there.</summary>
    public TransportTuple? FindTuple(IDatagramSocket socket, in TransportAddress remote)
    {
        if (SelectedTuple is not null && SelectedTuple.Matches(socket, remote))
            return SelectedTuple;

        foreach (TransportTuple tuple in Tuples)
        {
            if (tuple.Matches(socket, remote))
                return tuple;
        }

        return null;
    }

    /// <summary>
    /// Selects a known tuple because DTLS, or RTP that was decrypted, came in by it: the peer uses it, whatever it
    /// nominated. Does nothing in the states New and Disconnected.
    /// </summary>
    public void ForceSelectedTuple(TransportTuple tuple)
    {
        if (IsEstablished && Array.IndexOf(_tuples, tuple, 0, _tupleCount) >= 0)
            Select(tuple);
    }

    /// <summary>
    /// Makes new credentials (RFC 8445 section 9). The ones before stay valid until a request with the new ones comes,
    /// and answers are signed with them until then; those before them are dropped. State and tuples stay.
    /// </summary>
    public IceParameters Restart(long nowUs)
    {
        DropPrevious();
        _previous = _current;
        _current = new Credentials(IceParameters.Generate(_random));
        _remoteNomination = 0;
        _listener.OnUsernameFragmentAdded(Parameters.UsernameFragment);
        if (DeadlineUs != Deadline.Never)
            RestartConsent(nowUs);
        return Parameters;
    }

    /// <summary>
    /// The socket is gone: a TCP connection was closed. Its tuples are dropped; was the selected one among them, the
    /// newest that remains is selected, and with none left the state becomes Disconnected.
    /// </summary>
    public void OnSocketClosed(IDatagramSocket socket, long nowUs)
    {
        for (int i = _tupleCount - 1; i >= 0; i--)
        {
            if (i < _tupleCount && ReferenceEquals(_tuples[i].Socket, socket))
                Remove(i);
        }

        if (!IsEstablished || SelectedTuple is not null)
            return;

        if (_tupleCount == 0)
        {
            Disconnect();
            return;
        }

        Select(_tuples[0]);
        RestartConsent(nowUs);
    }

    /// <summary>
    /// Does what <see cref="DeadlineUs"/> stands for, if it has come: the peer's consent has expired, all tuples are
    /// dropped and the state becomes Disconnected.
    /// </summary>
    public void HandleDeadline(long nowUs)
    {
        if (nowUs < DeadlineUs)
            return;

        Counters.ConsentExpirations++;
        Disconnect();
    }

    /// <summary>Drops credentials and tuples and tells the listener of each. The state stays as it is.</summary>
    public void Close()
    {
        if (_isClosed)
            return;

        _isClosed = true;
        DeadlineUs = Deadline.Never;
        _listener.OnUsernameFragmentRemoved(Parameters.UsernameFragment);
        DropPrevious();
        RemoveAll();
        _current.Integrity.Dispose();
    }

    /// <summary>The checks of a request in the order that decides which error it gets; 0 when it passes them.</summary>
    private int Check(in StunMessageView request, out ReadOnlySpan<byte> reason)
    {
        const StunAttributes Authentication = StunAttributes.Username | StunAttributes.MessageIntegrity;
        reason = default;
        if (request.Method != StunMethod.Binding)
        {
            reason = "not a Binding request"u8;
            return 400;
        }

        if ((request.Attributes & StunAttributes.Fingerprint) == 0)
        {
            reason = "FINGERPRINT is missing"u8;
            return 400;
        }

        if ((request.Attributes & StunAttributes.Priority) == 0)
        {
            reason = "PRIORITY is missing"u8;
            return 400;
        }

        if ((request.Attributes & Authentication) != Authentication)
        {
            reason = "USERNAME or MESSAGE-INTEGRITY is missing"u8;
            return 400;
        }

        if (!Authenticate(request))
        {
            reason = "wrong credentials"u8;
            return 401;
        }

        if (request.IceControlled != 0)
        {
            reason = "an ICE-lite agent is controlled"u8;
            return 487;
        }

        return 0;
    }

    private bool Authenticate(in StunMessageView request)
    {
        if (_current.Made(request))
        {
            DropPrevious();
            return true;
        }

        return _previous is not null && _previous.Made(request);
    }

    private int Refuse(
        in StunMessageView request, int code, ReadOnlySpan<byte> reason, IDatagramSocket socket,
        in TransportAddress remote)
    {
        Counters.CountError(code);
        Span<byte> buffer = stackalloc byte[MaxResponseLength];
        var writer = new StunWriter(buffer, StunClass.ErrorResponse, request.Method, request.TransactionId);
        writer.AddErrorCode(code, reason);
        int length = writer.Finish(integrity: null);
        socket.SendTo(remote, buffer[..length]);
        return length;
    }

    private int Accept(in StunMessageView request, IDatagramSocket socket, in TransportAddress remote)
    {
        Span<byte> buffer = stackalloc byte[MaxResponseLength];
        var writer = new StunWriter(buffer, StunClass.SuccessResponse, request.Method, request.TransactionId);
        writer.AddXorMappedAddress(remote);
        int length = writer.Finish((_previous ?? _current).Integrity);
        socket.SendTo(remote, buffer[..length]);
        return length;
    }

    private void HandleTuple(in StunMessageView request, IDatagramSocket socket, in TransportAddress remote)
    {
        TransportTuple tuple = FindTuple(socket, remote) ?? Add(socket.OpenTuple(remote));
        bool isNewer = request.HasNomination && request.Nomination > _remoteNomination;
        if (State == IceState.Completed)
        {
            // A stale NOMINATION beside USE-CANDIDATE still selects here, unlike on the way to Completed.
            if (isNewer || request.HasUseCandidate)
                Nominate(tuple, request, isNewer);
            return;
        }

        if (isNewer || (request.HasUseCandidate && !request.HasNomination))
        {
            State = IceState.Completed;
            Nominate(tuple, request, isNewer);
            _listener.OnStateChanged(State);
        }
        else if (State != IceState.Connected && !request.HasNomination)
        {
            State = IceState.Connected;
            Select(tuple);
            _listener.OnStateChanged(State);
        }
    }

    private void Nominate(TransportTuple tuple, in StunMessageView request, bool isNewer)
    {
        if (isNewer)
            _remoteNomination = request.Nomination;
        Select(tuple);
    }

    private void Select(TransportTuple tuple)
    {
        if (ReferenceEquals(tuple, SelectedTuple))
            return;

        SelectedTuple = tuple;
        _listener.OnSelectedTupleChanged(tuple);
    }

    private TransportTuple Add(TransportTuple tuple)
    {
        if (_tupleCount == MaxTuples)
        {
            int oldest = ReferenceEquals(_tuples[MaxTuples - 1], SelectedTuple) ? MaxTuples - 2 : MaxTuples - 1;
            Counters.EvictedTuples++;
            Remove(oldest);
        }

        Array.Copy(_tuples, 0, _tuples, 1, _tupleCount);
        _tuples[0] = tuple;
        _tupleCount++;
        _listener.OnTupleAdded(tuple);
        return tuple;
    }

    private void Remove(int index)
    {
        TransportTuple tuple = _tuples[index];
        _tupleCount--;
        Array.Copy(_tuples, index + 1, _tuples, index, _tupleCount - index);
        _tuples[_tupleCount] = null!;
        if (ReferenceEquals(tuple, SelectedTuple))
            SelectedTuple = null;

        // It is out of the list by now: closing a TCP connection may call back for its socket.
        _listener.OnTupleRemoved(tuple);
        tuple.Close();
    }

    private void RemoveAll()
    {
        SelectedTuple = null;
        while (_tupleCount > 0)
            Remove(_tupleCount - 1);
    }

    private void Disconnect()
    {
        State = IceState.Disconnected;
        DeadlineUs = Deadline.Never;
        _remoteNomination = 0;
        RemoveAll();
        _listener.OnStateChanged(State);
    }

    private void DropPrevious()
    {
        if (_previous is null)
            return;

        _listener.OnUsernameFragmentRemoved(_previous.Parameters.UsernameFragment);
        _previous.Integrity.Dispose();
        _previous = null;
    }

    private void RestartConsent(long nowUs)
    {
        if (_consentTimeoutUs != 0)
            DeadlineUs = nowUs + _consentTimeoutUs;
    }

    /// <summary>What a request is checked with, prepared once.</summary>
    private sealed class Credentials(IceParameters parameters)
    {
        private readonly byte[] _usernameFragment = Encoding.UTF8.GetBytes(parameters.UsernameFragment);

        public IceParameters Parameters { get; } = parameters;

        public StunIntegrity Integrity { get; } = new(parameters.Password);

        public bool Made(in StunMessageView request) =>
            request.IsAddressedTo(_usernameFragment) && request.HasValidIntegrity(Integrity);
    }
}
