using System.Runtime.InteropServices;

namespace Rtc.Crypto;

/// <summary>One SSL_CTX for DTLS 1.2 with use_srtp: what all sessions of a process share.</summary>
internal sealed unsafe class DtlsSessionContext : IDisposable
{
    /// <summary>
    /// The original's list. The security level is named because distributions build OpenSSL with different ones, and
    /// what a peer may use must not depend on where the worker runs.
    /// </summary>
    public const string DefaultCiphers =
        "DEFAULT:!NULL:!aNULL:!SHA256:!SHA384:!aECDH:!AESGCM+AES256:!aPSK:@SECLEVEL=1";

    /// <summary>Preference order of worker-side profiles; OpenSSL's names.</summary>
    private const string SrtpProfiles =
        "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80:SRTP_AES128_CM_SHA1_32";

    /// <summary>Bounds what a peer may make OpenSSL put together before its certificate is known.</summary>
    private const int MaxPeerCertificateLength = 16_384;

    /// <summary>
    /// The longest record that is sent; each session keeps a buffer for it, of 16 KiB where nothing is said. No message
    /// is longer than a datagram of the path.
    /// </summary>
    private const int MaxSendFragment = 2_048;

    private readonly SslContextHandle _context;

    /// <param name="certificate">Certificate and key; may be disposed afterwards.</param>
    /// <param name="offerSrtp">Whether use_srtp is negotiated; false only in tests.</param>
    /// <param name="ciphers">OpenSSL cipher list.</param>
    public DtlsSessionContext(OpenSslCertificate certificate, bool offerSrtp, string ciphers)
    {
        _context = new SslContextHandle(LibSsl.SSL_CTX_new(LibSsl.DTLS_method()));
        nint context = _context.Pointer;
        LibCrypto.Check((int)LibSsl.SSL_CTX_ctrl(
            context, LibSsl.CtrlSetMinProtocolVersion, LibSsl.Dtls12Version, null));
        // With encrypt-then-MAC (CBC suites only) OpenSSL gives up the association at the first forged record, where
        // DTLS wants it dropped.
        LibSsl.SSL_CTX_set_options(
            context,
            LibSsl.OptionNoQueryMtu | LibSsl.OptionNoTicket | LibSsl.OptionCipherServerPreference
                | LibSsl.OptionNoRenegotiation | LibSsl.OptionNoEncryptThenMac);
        LibSsl.SSL_CTX_ctrl(context, LibSsl.CtrlSetSessionCacheMode, LibSsl.SessionCacheOff, null);
        LibSsl.SSL_CTX_ctrl(context, LibSsl.CtrlSetMaxCertList, MaxPeerCertificateLength, null);
        LibCrypto.Check((int)LibSsl.SSL_CTX_ctrl(context, LibSsl.CtrlSetMaxSendFragment, MaxSendFragment, null));
        LibCrypto.Check(LibSsl.SSL_CTX_set_cipher_list(context, ciphers));
        LibCrypto.Check(LibSsl.SSL_CTX_use_certificate(context, certificate.Pointer));
        LibCrypto.Check(LibSsl.SSL_CTX_use_PrivateKey(context, certificate.PrivateKeyPointer));
        LibSsl.SSL_CTX_set_verify(context, LibSsl.VerifyPeerAndFailIfNoCertificate, 0);
        LibSsl.SSL_CTX_set_cert_verify_callback(context, &AcceptAnyCertificate, null);
        if (offerSrtp)
        {
            LibCrypto.Check(1 - LibSsl.SSL_CTX_set_tlsext_use_srtp(context, SrtpProfiles));
        }

        GC.KeepAlive(certificate);
    }

    /// <summary>Makes a session; it holds the context alive by itself.</summary>
    public DtlsSession CreateSession(bool isServer, int mtu)
    {
        var session = new DtlsSession(LibSsl.SSL_new(_context.Pointer), isServer, mtu);
        GC.KeepAlive(this);
        return session;
    }

    public void Dispose() => _context.Dispose();

    /// <summary>Trust comes from the fingerprint in the signalling (RFC 8122), not from a chain.</summary>
    [UnmanagedCallersOnly]
    private static int AcceptAnyCertificate(nint storeContext, void* argument) => 1;
}
