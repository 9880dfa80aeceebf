using Rtc.Dtls;
using RtcTests.Dtls;

namespace RtcTests.Fuzz;

/// <summary>Any bytes as the datagram of a peer, to a server and to a client that have just started.</summary>
public static class DtlsFuzz
{
    private static readonly Lazy<DtlsContext> Context =
        new(() => new DtlsContext(DtlsCertificate.Generate(new DtlsPair.SeededRandom(1))));

    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        Fuzz(DtlsRole.Server, input);
        Fuzz(DtlsRole.Client, input);
    }

    private static void Fuzz(DtlsRole role, ReadOnlySpan<byte> input)
    {
        using var transport = new DtlsTransport(Context.Value);
        byte[] room = new byte[DtlsTransport.Mtu];
        transport.Start(role, 0);
        transport.HandleDatagram(input, 0);
        transport.HandleDatagram(input, 0);
        while (transport.TryGetOutgoing(room, out _))
        {
            if (transport.TryReadApplicationData(out _))
            {
                throw new InvalidOperationException("application data before the handshake is done");
            }
        }

        if (transport.State is not (DtlsState.Connecting or DtlsState.Failed))
        {
            throw new InvalidOperationException($"{transport.State} after {Convert.ToHexString(input)}");
        }
    }
}
