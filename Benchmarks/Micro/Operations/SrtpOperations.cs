using Rtc.Crypto;
using Rtc.Rtcp;
using Rtc.Srtp;

namespace Benchmarks.Micro.Operations;

/// <summary>A sender and a receiver with the same key.</summary>
internal sealed class SrtpPair : IDisposable
{
    public SrtpPair(SrtpSuite suite)
    {
        byte[] key = new byte[suite.KeyingLength()];
        key.AsSpan().Fill(0x5A);
        if (!SrtpKeyingMaterial.TryCreate(suite, key, out SrtpKeyingMaterial? keys))
            throw new InvalidOperationException("the key has not the suite's length");

        using (keys)
        {
            Sender = new SrtpSender(keys);
            Receiver = new SrtpReceiver(keys);
        }
    }

    public SrtpSender Sender { get; }

    public SrtpReceiver Receiver { get; }

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
    }
}

/// <summary>Encrypts a shared payload into the room of one consumer.</summary>
internal sealed class ProtectRtp(SrtpSuite suite) : Operation
{
    private readonly SrtpPair _srtp = new(suite);
    private readonly byte[] _packet = SamplePackets.Rtp();
    private readonly byte[] _destination = new byte[SamplePackets.Length + SrtpSender.MaxRtpOverhead];
    private ushort _sequenceNumber;

    public override void Run()
    {
        ReadOnlySpan<byte> packet = _packet;
        int headerLength = SamplePackets.HeaderLength;
        packet[..headerLength].CopyTo(_destination);
        SamplePackets.SetSequenceNumber(_destination, _sequenceNumber++);
        Expect(_srtp.Sender.TryProtectRtp(_destination, headerLength, packet[headerLength..], out _));
    }

    public override void Dispose()
    {
        _srtp.Dispose();
        base.Dispose();
    }
}

/// <summary>Encrypts, and decrypts in place on the other side.</summary>
internal sealed class RoundTripRtp(SrtpSuite suite) : Operation
{
    private readonly SrtpPair _srtp = new(suite);
    private readonly byte[] _packet = SamplePackets.Rtp();
    private readonly byte[] _destination = new byte[SamplePackets.Length + SrtpSender.MaxRtpOverhead];
    private ushort _sequenceNumber;

    public override void Run()
    {
        ReadOnlySpan<byte> packet = _packet;
        int headerLength = SamplePackets.HeaderLength;
        packet[..headerLength].CopyTo(_destination);
        SamplePackets.SetSequenceNumber(_destination, _sequenceNumber++);
        Expect(
            _srtp.Sender.TryProtectRtp(
                _destination, headerLength, packet[headerLength..], out int length) &&
            _srtp.Receiver.TryUnprotectRtp(_destination.AsSpan(0, length), out _));
    }

    public override void Dispose()
    {
        _srtp.Dispose();
        base.Dispose();
    }
}

/// <summary>The same with a compound RTCP packet.</summary>
internal sealed class RoundTripRtcp : Operation
{
    private readonly SrtpPair _srtp;
    private readonly byte[] _compound = new byte[CompoundRtcpWriter.MaxLength];
    private readonly int _length;
    private readonly byte[] _destination = new byte[CompoundRtcpWriter.MaxLength + SrtpSender.MaxRtcpOverhead];

    public RoundTripRtcp(SrtpSuite suite)
    {
        _srtp = new SrtpPair(suite);
        _length = SampleRtcp.Write(new CompoundRtcpWriter(), _compound);
    }

    public override void Run()
    {
        Expect(
            _srtp.Sender.TryProtectRtcp(_compound.AsSpan(0, _length), _destination, out int length) &&
            _srtp.Receiver.TryUnprotectRtcp(_destination.AsSpan(0, length), out _));
    }

    public override void Dispose()
    {
        _srtp.Dispose();
        base.Dispose();
    }
}
