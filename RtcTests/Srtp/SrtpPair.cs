using System.Buffers.Binary;
using Rtc.Crypto;
using Rtc.Srtp;
using Xunit;

namespace RtcTests.Srtp;

/// <summary>A sender and a receiver under one key, and packets for them.</summary>
internal sealed class SrtpPair : IDisposable
{
    public SrtpPair(SrtpSuite suite, int maxStreams = 64, int seed = 1)
    {
        byte[] keyAndSalt = new byte[suite.KeyingLength()];
        new Random(seed).NextBytes(keyAndSalt);
        Assert.True(SrtpKeyingMaterial.TryCreate(suite, keyAndSalt, out SrtpKeyingMaterial? keys));
        Sender = new SrtpSender(keys, maxStreams);
        Receiver = new SrtpReceiver(keys, maxStreams);
        keys.Dispose();
    }

    public static TheoryData<SrtpSuite> Suites => new(Enum.GetValues<SrtpSuite>());

    public SrtpSender Sender { get; }

    public SrtpReceiver Receiver { get; }

    /// <summary>An RTP header of 12 bytes.</summary>
    public static byte[] Header(ushort sequenceNumber, uint ssrc)
    {
        byte[] header = new byte[12];
        header[0] = 0x80;
        header[1] = 96;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), sequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), sequenceNumber * 960u);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), ssrc);
        return header;
    }

    /// <summary>An RTCP packet of any content.</summary>
    public static byte[] Compound(int length, uint ssrc, byte fill = 7)
    {
        byte[] compound = new byte[length];
        compound.AsSpan().Fill(fill);
        compound[0] = 0x80;
        compound[1] = 200;
        BinaryPrimitives.WriteUInt32BigEndian(compound.AsSpan(4), ssrc);
        return compound;
    }

    public byte[] ProtectRtp(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        byte[] room = new byte[header.Length + payload.Length + SrtpSender.MaxRtpOverhead];
        header.CopyTo(room);
        Assert.True(Sender.TryProtectRtp(room, header.Length, payload, out int length));
        return room[..length];
    }

    public byte[] ProtectRtp(ushort sequenceNumber, uint ssrc = 1) =>
        ProtectRtp(Header(sequenceNumber, ssrc), "payload of a test"u8);

    public byte[] ProtectRtcp(ReadOnlySpan<byte> compound)
    {
        byte[] room = new byte[compound.Length + SrtpSender.MaxRtcpOverhead];
        Assert.True(Sender.TryProtectRtcp(compound, room, out int length));
        return room[..length];
    }

    /// <summary>Unprotects a copy and says how it ended.</summary>
    public SrtpError Receive(byte[] packet) =>
        Receiver.TryUnprotectRtp([.. packet], out _) ? SrtpError.None : Receiver.LastError;

    public SrtpError ReceiveRtcp(byte[] packet) =>
        Receiver.TryUnprotectRtcp([.. packet], out _) ? SrtpError.None : Receiver.LastError;

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
    }
}
