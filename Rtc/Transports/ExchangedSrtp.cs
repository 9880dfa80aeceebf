using Rtc.Crypto;
using Rtc.Seams;
using Rtc.Srtp;

namespace Rtc.Transports;

/// <summary>SRTP whose keys the application exchanges: ours from the beginning, the peer's when it connects.</summary>
internal sealed class ExchangedSrtp(SrtpSuite suite, IRandomSource random)
{
    // Its peer is a server of the application, which may put thousands of tracks on one pipe; a browser does not.
    private const int MaxStreams = 65_536;

    /// <summary>Our keys.</summary>
    public SrtpParameters Local { get; private set; } = SrtpParameters.Generate(suite, random);

    /// <summary>What encrypts; null while the peer's keys are not known.</summary>
    public SrtpSender? Sender { get; private set; }

    /// <summary>What decrypts; null while the peer's keys are not known.</summary>
    public SrtpReceiver? Receiver { get; private set; }

    /// <summary>Takes the peer's keys. Its suite becomes ours, with new keys, where it is another one.</summary>
    /// <exception cref="RequestException">TypeError: the keys are wrong.</exception>
    public void SetRemote(SrtpParameters remote)
    {
        if (remote.Suite != Local.Suite)
            Local = SrtpParameters.Generate(remote.Suite, random);

        using SrtpKeyingMaterial remoteKeys = remote.ToKeyingMaterial();
        using SrtpKeyingMaterial localKeys = Local.ToKeyingMaterial();
        Sender = new SrtpSender(localKeys, MaxStreams);
        Receiver = new SrtpReceiver(remoteKeys, MaxStreams);
    }

    /// <summary>Forgets the peer's keys; ours stay.</summary>
    public void ForgetRemote()
    {
        Sender?.Dispose();
        Receiver?.Dispose();
        Sender = null;
        Receiver = null;
    }
}
