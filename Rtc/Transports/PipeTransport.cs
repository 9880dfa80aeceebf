using Rtc.Crypto;
using Rtc.Routing;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>
/// Joins two routers, of one host or of two: all streams of a producer go through, whatever their layers, and the
/// other router makes a producer of them. RTCP shares the port; the only SRTP suite is AEAD_AES_256_GCM.
/// </summary>
public sealed class PipeTransport : UdpTransport
{
    private const SrtpSuite Suite = SrtpSuite.AeadAes256Gcm;

    private readonly PipeTransportOptions _options;

    /// <summary>
    /// Makes a transport that has no socket yet; <see cref="UdpTransport.Attach"/> gives it one.
    /// </summary>
    public PipeTransport(string id, PipeTransportOptions options, Router router, ITransportListener listener)
        : base(id, options.Base, options.EnableSrtp ? Suite : null, router, listener) =>
        _options = options;

    /// <inheritdoc/>
    internal override bool IsPipe => true;

    /// <summary>
    /// Takes the other router's address and key. After a failure it can be called again. The caller answers the
    /// request and then calls <see cref="Transport.SetConnected"/>.
    /// </summary>
    /// <param name="ip">IP of the other router.</param>
    /// <param name="port">Port of the other router.</param>
    /// <param name="srtpParameters">Its key, exactly where SRTP is on.</param>
    /// <exception cref="RequestException">
    /// Error: connected already. TypeError: something is missing, too much or wrong.
    /// </exception>
    public void Connect(string? ip, ushort? port, SrtpParameters? srtpParameters)
    {
        if (HasTuple)
            throw RequestException.Error($"transport {Id}: connect() was already called");

        if (_options.EnableSrtp && srtpParameters is not null && srtpParameters.Suite != Suite)
        {
            throw RequestException.TypeError(
                $"transport {Id}: suite {srtpParameters.Suite.Name()}, a PipeTransport knows {Suite.Name()} only");
        }

        try
        {
            SetRemoteKeys(srtpParameters);
            OpenTuple(ParsePeer(ip, port));
        }
        catch
        {
            ForgetPeer();
            throw;
        }
    }

    /// <summary>What the transport looks like at this moment.</summary>
    public PipeTransportDump Dump() => new()
    {
        Base = DumpBase(),
        Tuple = TupleInfo,
        Rtx = _options.EnableRtx,
        SrtpParameters = LocalSrtpParameters,
    };
}
