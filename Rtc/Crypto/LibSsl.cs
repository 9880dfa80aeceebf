using System.Runtime.InteropServices;

namespace Rtc.Crypto;

/// <summary>
/// The part of OpenSSL 3's libssl that Rtc uses. None suppresses the GC transition: these calls are long and come
/// back into managed code (timer and certificate callbacks).
/// </summary>
internal static unsafe partial class LibSsl
{
    private const string Library = "libssl.so.3";

    public const int CtrlSetMtu = 17;
    public const int CtrlSetSessionCacheMode = 44;
    public const int CtrlSetMaxCertList = 51;
    public const int CtrlSetMaxSendFragment = 52;
    public const int CtrlDtlsGetTimeout = 73;
    public const int CtrlDtlsHandleTimeout = 74;
    public const int CtrlSetMinProtocolVersion = 123;

    public const int Dtls12Version = 0xfefd;
    public const int SessionCacheOff = 0;
    public const int VerifyPeerAndFailIfNoCertificate = 3;
    public const ulong OptionNoQueryMtu = 1ul << 12;
    public const ulong OptionNoTicket = 1ul << 14;
    public const ulong OptionNoEncryptThenMac = 1ul << 19;
    public const ulong OptionCipherServerPreference = 1ul << 22;
    public const ulong OptionNoRenegotiation = 1ul << 30;

    public const int CipherChaCha20Poly1305 = 1018;

    public const int ErrorWantRead = 2;
    public const int ErrorWantWrite = 3;
    public const int ErrorZeroReturn = 6;

    [LibraryImport(Library)] public static partial nint DTLS_method();
    [LibraryImport(Library)] public static partial nint SSL_CTX_new(nint method);
    [LibraryImport(Library)] public static partial void SSL_CTX_free(nint context);
    [LibraryImport(Library)] public static partial nint SSL_CTX_ctrl(nint context, int command, nint value, void* data);
    [LibraryImport(Library)] public static partial ulong SSL_CTX_set_options(nint context, ulong options);
    [LibraryImport(Library)] public static partial int SSL_CTX_use_certificate(nint context, nint certificate);
    [LibraryImport(Library)] public static partial int SSL_CTX_use_PrivateKey(nint context, nint key);
    [LibraryImport(Library)] public static partial void SSL_CTX_set_verify(nint context, int mode, nint callback);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_CTX_set_cipher_list(nint context, string ciphers);

    /// <summary>Unlike its neighbours it returns 0 for success.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_CTX_set_tlsext_use_srtp(nint context, string profiles);

    [LibraryImport(Library)]
    public static partial void SSL_CTX_set_cert_verify_callback(
        nint context, delegate* unmanaged<nint, void*, int> callback, void* argument);

    [LibraryImport(Library)] public static partial nint SSL_new(nint context);
    [LibraryImport(Library)] public static partial void SSL_free(nint ssl);
    [LibraryImport(Library)] public static partial void SSL_set_bio(nint ssl, nint readBio, nint writeBio);
    [LibraryImport(Library)] public static partial void SSL_set_connect_state(nint ssl);
    [LibraryImport(Library)] public static partial void SSL_set_accept_state(nint ssl);
    [LibraryImport(Library)] public static partial nint SSL_ctrl(nint ssl, int command, nint value, void* data);
    [LibraryImport(Library)] public static partial int SSL_do_handshake(nint ssl);
    [LibraryImport(Library)] public static partial int SSL_is_init_finished(nint ssl);
    [LibraryImport(Library)] public static partial int SSL_read(nint ssl, byte* buffer, int length);
    [LibraryImport(Library)] public static partial int SSL_write(nint ssl, byte* buffer, int length);
    [LibraryImport(Library)] public static partial int SSL_shutdown(nint ssl);
    [LibraryImport(Library)] public static partial int SSL_get_error(nint ssl, int result);
    [LibraryImport(Library)] public static partial nint SSL_get_current_cipher(nint ssl);
    [LibraryImport(Library)] public static partial int SSL_CIPHER_get_cipher_nid(nint cipher);
    [LibraryImport(Library)] public static partial nint SSL_get1_peer_certificate(nint ssl);
    [LibraryImport(Library)] public static partial SrtpProfile* SSL_get_selected_srtp_profile(nint ssl);

    [LibraryImport(Library)]
    public static partial void DTLS_set_timer_cb(nint ssl, delegate* unmanaged<nint, uint, uint> callback);

    [LibraryImport(Library)]
    public static partial int SSL_export_keying_material(
        nint ssl, byte* output, nuint length, byte* label, nuint labelLength, byte* context, nuint contextLength,
        int useContext);

    /// <summary>SRTP_PROTECTION_PROFILE (openssl/srtp.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SrtpProfile
    {
        public byte* Name;
        public CULong Id;
    }

    /// <summary>struct timeval on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeValue
    {
        public long Seconds;
        public long Microseconds;
    }
}
