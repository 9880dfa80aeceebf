using System.Runtime.InteropServices;

namespace Rtc.Crypto;

/// <summary>How a step of a DTLS session ended.</summary>
internal enum DtlsSessionStatus
{
    /// <summary>Did what was asked.</summary>
    Done,

    /// <summary>Needs more from the peer.</summary>
    NeedsInput,

    /// <summary>The peer said close_notify.</summary>
    ClosedByPeer,

    /// <summary>A fatal alert, ours or the peer's, or too many retransmissions.</summary>
    Failed,
}

/// <summary>
/// One OpenSSL SSL object for DTLS over two memory BIOs. Bytes go in by <see cref="Feed"/>, what is to be sent is read
/// back from <see cref="PendingOutput"/> after each call: nothing is hooked, so OpenSSL never calls out while it works
/// but for the stateless timer callback.
/// </summary>
internal sealed unsafe class DtlsSession : IDisposable
{
    /// <summary>First interval after which a flight is repeated, in microseconds.</summary>
    public const uint FirstTimeoutUs = 100_000;

    /// <summary>Longest interval after which a flight is repeated, in microseconds.</summary>
    public const uint MaxTimeoutUs = 4_000_000;

    /// <summary>
    /// Length in bytes of explicit nonce and tag of most ciphers. OpenSSL takes a shorter protected record for an
    /// internal error and gives up the association, with which one forged datagram would end a call: such records must
    /// not be fed.
    /// </summary>
    public const int MinProtectedFragmentLength = 24;

    private const int MinChaChaFragmentLength = 16;

    private readonly SslHandle _ssl;
    private readonly nint _input;
    private readonly nint _output;

    /// <param name="ssl">A new SSL; owned from now on.</param>
    /// <param name="isServer">Which side of the handshake it is.</param>
    /// <param name="mtu">Longest datagram in bytes, DTLS headers included, UDP and IP headers not.</param>
    public DtlsSession(nint ssl, bool isServer, int mtu)
    {
        _ssl = new SslHandle(ssl);
        _input = LibCrypto.NewMemoryBio();
        _output = LibCrypto.NewMemoryBio();
        LibSsl.SSL_set_bio(ssl, _input, _output);
        LibCrypto.Check((int)LibSsl.SSL_ctrl(ssl, LibSsl.CtrlSetMtu, mtu, null));
        LibSsl.DTLS_set_timer_cb(ssl, &NextTimeout);
        if (isServer)
        {
            LibSsl.SSL_set_accept_state(ssl);
        }
        else
        {
            LibSsl.SSL_set_connect_state(ssl);
        }
    }

    /// <summary>Records to be sent, one after the other; valid until the next call of any method.</summary>
    public ReadOnlySpan<byte> PendingOutput
    {
        get
        {
            _ = _ssl.Pointer;
            return LibCrypto.MemoryOf(_output);
        }
    }

    /// <summary>Why the last step failed, for a log line.</summary>
    public string FailureReason { get; private set; } = string.Empty;

    /// <summary>Forgets <see cref="PendingOutput"/>.</summary>
    public void DiscardOutput()
    {
        _ = _ssl.Pointer;
        LibCrypto.Reset(_output);
        GC.KeepAlive(this);
    }

    /// <summary>Hands in whole records of one datagram.</summary>
    public void Feed(ReadOnlySpan<byte> records)
    {
        _ = _ssl.Pointer;
        fixed (byte* pointer = records)
        {
            LibCrypto.Check(LibCrypto.BIO_write(_input, pointer, records.Length));
        }

        GC.KeepAlive(this);
    }

    /// <summary>Takes the handshake as far as the input goes.</summary>
    public DtlsSessionStatus Handshake()
    {
        LibCrypto.ERR_clear_error();
        return StatusOf(LibSsl.SSL_do_handshake(_ssl.Pointer));
    }

    /// <summary>Decrypts the next application record, which is cut if it is longer than the destination.</summary>
    public DtlsSessionStatus Read(Span<byte> destination, out int length)
    {
        LibCrypto.ERR_clear_error();
        int result;
        fixed (byte* pointer = destination)
        {
            result = LibSsl.SSL_read(_ssl.Pointer, pointer, destination.Length);
        }

        length = Math.Max(result, 0);
        return StatusOf(result);
    }

    /// <summary>Encrypts one record of application data.</summary>
    public DtlsSessionStatus Write(ReadOnlySpan<byte> data)
    {
        LibCrypto.ERR_clear_error();
        fixed (byte* pointer = data)
        {
            return StatusOf(LibSsl.SSL_write(_ssl.Pointer, pointer, data.Length));
        }
    }

    /// <summary>Puts a close_notify into the output, where there are keys to say it with.</summary>
    public void Shutdown()
    {
        LibCrypto.ERR_clear_error();
        LibSsl.SSL_shutdown(_ssl.Pointer);
        LibCrypto.ERR_clear_error();
        GC.KeepAlive(this);
    }

    /// <summary>How many microseconds remain until the flight must be repeated; false when no timer runs.</summary>
    public bool TryGetTimeout(out long remainingUs)
    {
        LibSsl.TimeValue value = default;
        bool isRunning = LibSsl.SSL_ctrl(_ssl.Pointer, LibSsl.CtrlDtlsGetTimeout, 0, &value) > 0;
        remainingUs = isRunning ? (value.Seconds * 1_000_000) + value.Microseconds : 0;
        GC.KeepAlive(this);
        return isRunning;
    }

    /// <summary>Repeats the flight if its time has come by OpenSSL's clock.</summary>
    public DtlsSessionStatus HandleTimeout()
    {
        LibCrypto.ERR_clear_error();
        nint result = LibSsl.SSL_ctrl(_ssl.Pointer, LibSsl.CtrlDtlsHandleTimeout, 0, null);
        if (result < 0)
        {
            FailureReason = LibCrypto.TakeError();
        }

        GC.KeepAlive(this);
        return result < 0 ? DtlsSessionStatus.Failed : DtlsSessionStatus.Done;
    }

    /// <summary>The peer's certificate; null before it came.</summary>
    public OpenSslCertificate? GetPeerCertificate()
    {
        OpenSslCertificate? certificate = OpenSslCertificate.Adopt(LibSsl.SSL_get1_peer_certificate(_ssl.Pointer));
        GC.KeepAlive(this);
        return certificate;
    }

    /// <summary>Identifier of the negotiated profile (RFC 5764 section 4.1.2); 0 when there is none.</summary>
    public int GetSrtpProfileId()
    {
        LibSsl.SrtpProfile* profile = LibSsl.SSL_get_selected_srtp_profile(_ssl.Pointer);
        int id = profile != null ? (int)profile->Id.Value : 0;
        GC.KeepAlive(this);
        return id;
    }

    /// <summary>Shortest protected record's fragment that may be fed with the negotiated cipher, in bytes.</summary>
    public int GetMinProtectedFragmentLength()
    {
        nint cipher = LibSsl.SSL_get_current_cipher(_ssl.Pointer);
        bool isChaCha = cipher != 0 && LibSsl.SSL_CIPHER_get_cipher_nid(cipher) == LibSsl.CipherChaCha20Poly1305;
        GC.KeepAlive(this);
        return isChaCha ? MinChaChaFragmentLength : MinProtectedFragmentLength;
    }

    /// <summary>Keying material by RFC 5705, without a context value.</summary>
    public void ExportKeyingMaterial(ReadOnlySpan<byte> label, Span<byte> destination)
    {
        fixed (byte* labelPointer = label)
        fixed (byte* output = destination)
        {
            LibCrypto.Check(LibSsl.SSL_export_keying_material(
                _ssl.Pointer, output, (nuint)destination.Length, labelPointer, (nuint)label.Length, null, 0, 0));
        }

        GC.KeepAlive(this);
    }

    public void Dispose() => _ssl.Dispose();

    [UnmanagedCallersOnly]
    private static uint NextTimeout(nint ssl, uint previousUs) =>
        previousUs == 0 ? FirstTimeoutUs : Math.Min(previousUs * 2, MaxTimeoutUs);

    private DtlsSessionStatus StatusOf(int result)
    {
        if (result > 0)
        {
            GC.KeepAlive(this);
            return DtlsSessionStatus.Done;
        }

        int error = LibSsl.SSL_get_error(_ssl.Pointer, result);
        GC.KeepAlive(this);
        switch (error)
        {
            case LibSsl.ErrorWantRead:
            case LibSsl.ErrorWantWrite:
                return DtlsSessionStatus.NeedsInput;
            case LibSsl.ErrorZeroReturn:
                return DtlsSessionStatus.ClosedByPeer;
            default:
                FailureReason = LibCrypto.TakeError();
                return DtlsSessionStatus.Failed;
        }
    }
}
