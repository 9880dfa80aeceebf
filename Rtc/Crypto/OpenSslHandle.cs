using System.Runtime.InteropServices;

namespace Rtc.Crypto;

/// <summary>Owns one OpenSSL object; freed once, by Dispose or by the finaliser.</summary>
internal abstract class OpenSslHandle : SafeHandle
{
    private protected OpenSslHandle(nint handle) : base(0, ownsHandle: true) => SetHandle(handle);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>
    /// The raw pointer. A SafeHandle argument costs two interlocked operations a call, too much for the packet path:
    /// the caller holds this object alive (GC.KeepAlive) instead.
    /// </summary>
    public nint Pointer
    {
        get
        {
            if (IsClosed)
                ThrowDisposed();

            return handle;
        }
    }

    // Apart, so that the check itself is inlined.
    private void ThrowDisposed() => throw new ObjectDisposedException(GetType().Name);
}

internal sealed class CipherContextHandle() : OpenSslHandle(LibCrypto.Check(LibCrypto.EVP_CIPHER_CTX_new()))
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_CIPHER_CTX_free(handle);
        return true;
    }
}

internal sealed unsafe class AeadContextHandle(AeadImplementation implementation, nint context)
    : OpenSslHandle(LibCrypto.Check(context))
{
    protected override bool ReleaseHandle()
    {
        implementation.FreeContext(handle);
        return true;
    }
}

internal sealed class MacContextHandle(nint context) : OpenSslHandle(LibCrypto.Check(context))
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_MAC_CTX_free(handle);
        return true;
    }
}

internal sealed class PrivateKeyHandle(nint key) : OpenSslHandle(LibCrypto.Check(key))
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }
}

internal sealed class CertificateHandle(nint certificate) : OpenSslHandle(LibCrypto.Check(certificate))
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.X509_free(handle);
        return true;
    }
}

internal sealed class SslContextHandle(nint context) : OpenSslHandle(LibCrypto.Check(context))
{
    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_CTX_free(handle);
        return true;
    }
}

internal sealed class SslHandle(nint ssl) : OpenSslHandle(LibCrypto.Check(ssl))
{
    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_free(handle);
        return true;
    }
}
