using System.Numerics;
using Rtc.Routing;
using Rtc.Rtp;

namespace Rtc.Transports;

/// <summary>What the application sends through the producers of a transport, as if the peer had.</summary>
public sealed class ApplicationInput
{
    /// <summary>The longest RTP packet that is taken, in bytes.</summary>
    public const int MaxRtpLength = 65_536;

    private const uint LeastRoom = 2_048;

    private readonly Transport _transport;
    private byte[] _room = [];

    internal ApplicationInput(Transport transport) => _transport = transport;

    /// <summary>An RTP packet.</summary>
    public void OnRtp(ReadOnlySpan<byte> packet, long nowUs)
    {
        _transport.Traffic.OnReceived(packet.Length, nowUs);
        if (packet.Length > MaxRtpLength)
        {
            _transport.Counters.TooLong++;
            return;
        }

        // Lent bytes may not change, and a packet that is parsed may (RTX is unwrapped in place).
        if (_room.Length < packet.Length)
            _room = new byte[Math.Max(LeastRoom, BitOperations.RoundUpToPowerOf2((uint)packet.Length))];
        packet.CopyTo(_room);
        if (RtpPacketView.TryParse(_room.AsSpan(0, packet.Length), out RtpPacketView view))
            _transport.ReceiveRtp(view, nowUs);
        else
            _transport.Counters.MalformedRtp++;
    }

    /// <summary>A message for all that follow one of the transport's data producers.</summary>
    /// <returns>False when it is longer than the transport accepts: it was dropped.</returns>
    public bool OnMessage(DataProducer producer, in DataMessage message, long nowUs)
    {
        if (!producer.TryReceive(message, nowUs))
        {
            _transport.Counters.TooLong++;
            return false;
        }

        _transport.Traffic.OnReceived(message.Payload.Length, nowUs);
        return true;
    }
}
