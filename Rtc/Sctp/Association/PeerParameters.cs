using System.Buffers.Binary;
using Rtc.Sctp.Packet;

namespace Rtc.Sctp.Association;

/// <summary>What the peer said of itself in INIT or INIT ACK, or what a state cookie kept of it.</summary>
internal record struct PeerParameters
{
    /// <summary>The error detection method of RFC 9653 that DTLS provides.</summary>
    public const uint DtlsErrorDetection = 1;

    public uint Tag;
    public uint InitialTsn;
    public uint Window;
    public ushort OutboundStreams;
    public ushort InboundStreams;
    public bool PartialReliability;
    public bool Interleaving;
    public bool StreamReset;

    /// <summary>What the peer relies on where the checksum is left out; 0 when it does not allow that.</summary>
    public uint ZeroChecksumMethod;

    /// <summary>Reads the fixed fields.</summary>
    public static PeerParameters From(in InitChunkView init) => new()
    {
        Tag = init.InitiateTag,
        InitialTsn = init.InitialTsn,
        Window = init.ReceiverWindow,
        OutboundStreams = init.OutboundStreams,
        InboundStreams = init.InboundStreams,
    };

    /// <summary>Takes in a parameter; false when it is not known.</summary>
    public bool TryTake(in ParameterView parameter)
    {
        switch (parameter.Type)
        {
            case ParameterType.SupportedExtensions:
                foreach (byte type in parameter.Value)
                    TakeExtension((ChunkType)type);
                return true;

            case ParameterType.ForwardTsnSupported:
                PartialReliability = true;
                return true;

            case ParameterType.ZeroChecksumAcceptable when parameter.Value.Length >= sizeof(uint):
                ZeroChecksumMethod = BinaryPrimitives.ReadUInt32BigEndian(parameter.Value);
                return true;

            case ParameterType.StateCookie or ParameterType.CookiePreservative or ParameterType.Ipv4Address or
                ParameterType.Ipv6Address or ParameterType.SupportedAddressTypes or
                ParameterType.UnrecognizedParameter or ParameterType.ZeroChecksumAcceptable:
                return true;

            default:
                return false;
        }
    }

    /// <summary>What both ends can.</summary>
    public readonly SctpCapabilities Negotiate(SctpOptions options)
    {
        bool zeroChecksum = options.EnableZeroChecksum;
        return new SctpCapabilities(
            Math.Min(options.MaxOutgoingStreams, InboundStreams),
            Math.Min(options.MaxIncomingStreams, OutboundStreams),
            options.EnablePartialReliability && PartialReliability,
            options.EnableMessageInterleaving && Interleaving,
            StreamReset,
            SendsZeroChecksum: zeroChecksum && ZeroChecksumMethod == DtlsErrorDetection,
            ReceivesZeroChecksum: zeroChecksum);
    }

    private void TakeExtension(ChunkType type)
    {
        switch (type)
        {
            case ChunkType.ReConfig:
                StreamReset = true;
                break;
            case ChunkType.ForwardTsn:
                PartialReliability = true;
                break;
            case ChunkType.IData:
                Interleaving = true;
                break;
        }
    }
}
