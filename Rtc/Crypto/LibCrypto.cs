using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Without it ReadyToRun leaves the stubs of all imports to the JIT, at start-up.
[assembly: DisableRuntimeMarshalling]

namespace Rtc.Crypto;

/// <summary>
/// The part of OpenSSL 3's libcrypto that Rtc uses. Imports marked <see cref="SuppressGCTransitionAttribute"/> are
/// the ones of the packet path: they are short (a datagram at most), never block and never call back.
/// </summary>
internal static unsafe partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    public const int PkeyTypeEc = 408;
    public const int MaxDigestLength = 64;

    private const int BioCtrlReset = 1;
    private const int BioCtrlInfo = 3;
    private const int BioCtrlSetMemEofReturn = 130;

    // Symmetric ciphers.
    [LibraryImport(Library)] public static partial nint EVP_CIPHER_CTX_new();
    [LibraryImport(Library)] public static partial void EVP_CIPHER_CTX_free(nint context);
    [LibraryImport(Library)] public static partial nint EVP_aes_128_ctr();
    [LibraryImport(Library)] public static partial nint EVP_aes_256_ctr();

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int EVP_EncryptInit_ex(nint context, nint cipher, nint engine, byte* key, byte* iv);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int EVP_EncryptUpdate(nint context, byte* output, int* written, byte* input, int length);

    // The provider behind a cipher.
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint EVP_CIPHER_fetch(nint libraryContext, string algorithm, nint properties);

    [LibraryImport(Library)] public static partial nint EVP_CIPHER_get0_provider(nint cipher);
    [LibraryImport(Library)] public static partial void* OSSL_PROVIDER_get0_provider_ctx(nint provider);

    [LibraryImport(Library)]
    public static partial AeadImplementation.Algorithm* OSSL_PROVIDER_query_operation(
        nint provider, int operation, int* noCache);

    // Message authentication.
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint EVP_MAC_fetch(nint libraryContext, string algorithm, nint properties);

    [LibraryImport(Library)] public static partial void EVP_MAC_free(nint mac);
    [LibraryImport(Library)] public static partial nint EVP_MAC_CTX_new(nint mac);
    [LibraryImport(Library)] public static partial void EVP_MAC_CTX_free(nint context);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int EVP_MAC_init(nint context, byte* key, nuint keyLength, OsslParam* parameters);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int EVP_MAC_update(nint context, byte* data, nuint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int EVP_MAC_final(nint context, byte* output, nuint* written, nuint outputSize);

    // Errors.
    [LibraryImport(Library)] public static partial void ERR_clear_error();
    [LibraryImport(Library)] public static partial nuint ERR_get_error();
    [LibraryImport(Library)] public static partial void ERR_error_string_n(nuint error, byte* buffer, nuint length);

    // Memory BIOs.
    [LibraryImport(Library)] public static partial nint BIO_s_mem();
    [LibraryImport(Library)] public static partial nint BIO_new(nint method);
    [LibraryImport(Library)] public static partial nint BIO_new_mem_buf(byte* data, int length);
    [LibraryImport(Library)] public static partial int BIO_free(nint bio);
    [LibraryImport(Library)] public static partial int BIO_write(nint bio, byte* data, int length);
    [LibraryImport(Library)] public static partial int BIO_read(nint bio, byte* data, int length);
    [LibraryImport(Library)] private static partial nint BIO_ctrl(nint bio, int command, nint argument, void* pointer);

    // Keys and certificates.
    [LibraryImport(Library)] public static partial nint EVP_PKEY_CTX_new_id(int type, nint engine);
    [LibraryImport(Library)] public static partial void EVP_PKEY_CTX_free(nint context);
    [LibraryImport(Library)] public static partial int EVP_PKEY_keygen_init(nint context);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int EVP_PKEY_CTX_set_group_name(nint context, string name);

    [LibraryImport(Library)] public static partial int EVP_PKEY_keygen(nint context, nint* key);
    [LibraryImport(Library)] public static partial void EVP_PKEY_free(nint key);
    [LibraryImport(Library)] public static partial nint EVP_sha1();
    [LibraryImport(Library)] public static partial nint EVP_sha224();
    [LibraryImport(Library)] public static partial nint EVP_sha256();
    [LibraryImport(Library)] public static partial nint EVP_sha384();
    [LibraryImport(Library)] public static partial nint EVP_sha512();
    [LibraryImport(Library)] public static partial nint X509_new();
    [LibraryImport(Library)] public static partial void X509_free(nint certificate);
    [LibraryImport(Library)] public static partial int X509_set_version(nint certificate, nint version);
    [LibraryImport(Library)] public static partial nint X509_get_serialNumber(nint certificate);
    [LibraryImport(Library)] public static partial int ASN1_INTEGER_set(nint integer, nint value);
    [LibraryImport(Library)] public static partial nint X509_getm_notBefore(nint certificate);
    [LibraryImport(Library)] public static partial nint X509_getm_notAfter(nint certificate);
    [LibraryImport(Library)] public static partial nint X509_gmtime_adj(nint time, nint seconds);
    [LibraryImport(Library)] public static partial int X509_set_pubkey(nint certificate, nint key);
    [LibraryImport(Library)] public static partial nint X509_get_subject_name(nint certificate);
    [LibraryImport(Library)] public static partial int X509_set_issuer_name(nint certificate, nint name);
    [LibraryImport(Library)] public static partial int X509_sign(nint certificate, nint key, nint digest);
    [LibraryImport(Library)] public static partial int X509_check_private_key(nint certificate, nint key);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int X509_NAME_add_entry_by_txt(
        nint name, string field, int type, byte* bytes, int length, int location, int set);

    [LibraryImport(Library)]
    public static partial int X509_digest(nint certificate, nint type, byte* digest, uint* length);

    [LibraryImport(Library)] public static partial int PEM_write_bio_X509(nint bio, nint certificate);

    [LibraryImport(Library)]
    public static partial nint PEM_read_bio_X509(nint bio, nint* certificate, nint callback, void* user);

    [LibraryImport(Library)]
    public static partial nint PEM_read_bio_PrivateKey(nint bio, nint* key, nint callback, void* user);

    /// <summary>What a memory BIO holds unread; valid until the BIO is written or read.</summary>
    public static ReadOnlySpan<byte> MemoryOf(nint bio)
    {
        byte* data = null;
        nint length = BIO_ctrl(bio, BioCtrlInfo, 0, &data);
        return length <= 0 ? default : new ReadOnlySpan<byte>(data, (int)length);
    }

    /// <summary>Forgets what a memory BIO holds.</summary>
    public static void Reset(nint bio) => BIO_ctrl(bio, BioCtrlReset, 0, null);

    /// <summary>A new memory BIO that says "try again" instead of "end of file" when it is empty.</summary>
    public static nint NewMemoryBio()
    {
        nint bio = Check(BIO_new(BIO_s_mem()));
        BIO_ctrl(bio, BioCtrlSetMemEofReturn, -1, null);
        return bio;
    }

    /// <summary>Passes a handle through; a null one is a broken invariant.</summary>
    public static nint Check(nint handle) => handle != 0 ? handle : throw Failure();

    /// <summary>Passes success through; anything but a positive result is a broken invariant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(int result)
    {
        if (result <= 0)
        {
            ThrowFailure();
        }
    }

    /// <summary>The oldest reason in this thread's OpenSSL error queue, which is cleared.</summary>
    public static string TakeError()
    {
        nuint error = ERR_get_error();
        ERR_clear_error();
        if (error == 0)
        {
            return "no reason given";
        }

        byte* buffer = stackalloc byte[256];
        ERR_error_string_n(error, buffer, 256);
        return Marshal.PtrToStringUTF8((nint)buffer) ?? "no reason given";
    }

    private static InvalidOperationException Failure() => new($"OpenSSL failed: {TakeError()}");

    private static void ThrowFailure() => throw Failure();
}

/// <summary>OSSL_PARAM of OpenSSL 3 (openssl/core.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OsslParam
{
    public const uint Utf8String = 4;
    public const uint OctetString = 5;

    public byte* Key;
    public uint DataType;
    public void* Data;
    public nuint DataSize;
    public nuint ReturnSize;
}
