using System.Text;
using Rtc.Ice;
using Rtc.Seams;

namespace Benchmarks.Micro.Operations;

/// <summary>Parses a connectivity check and answers it: a success on a known tuple, or the refusal of a stranger.</summary>
internal sealed class AnswerStun : Operation, IIceListener
{
    private readonly IceServer _ice;
    private readonly NullSocket _socket = new();
    private readonly byte[] _request = new byte[256];
    private readonly int _length;
    private readonly TransportAddress _peer;
    private long _nowUs;

    public AnswerStun(bool isAuthentic)
    {
        _ice = new IceServer(this, new FixedRandom(), consentTimeoutSeconds: 30);
        TransportAddress.TryParse("203.0.113.5", 5000, out _peer);
        using var integrity = new StunIntegrity(isAuthentic ? _ice.Parameters.Password : "guessed");
        var writer = new StunWriter(_request, StunClass.Request, StunMethod.Binding, new byte[12]);
        writer.Add(
            StunAttributeType.Username, Encoding.ASCII.GetBytes($"{_ice.Parameters.UsernameFragment}:abcd"));
        writer.Add(StunAttributeType.Priority, 0x6E00_01FFu);
        writer.Add(StunAttributeType.IceControlling, 1UL);
        writer.Add(StunAttributeType.UseCandidate, []);
        _length = writer.Finish(integrity);
    }

    public override void Run()
    {
        Expect(
            StunMessageView.TryParse(_request.AsSpan(0, _length), out StunMessageView message) &&
            _ice.HandleMessage(message, _socket, _peer, _nowUs++) > 0);
    }

    public override void Dispose()
    {
        _ice.Close();
        base.Dispose();
    }

    void IIceListener.OnUsernameFragmentAdded(string usernameFragment)
    {
    }

    void IIceListener.OnUsernameFragmentRemoved(string usernameFragment)
    {
    }

    void IIceListener.OnTupleAdded(TransportTuple tuple)
    {
    }

    void IIceListener.OnTupleRemoved(TransportTuple tuple)
    {
    }

    void IIceListener.OnSelectedTupleChanged(TransportTuple tuple)
    {
    }

    void IIceListener.OnStateChanged(IceState state)
    {
    }
}
