using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rtc.Crypto;

/// <summary>
/// What OpenSSL's provider offers for one AEAD cipher, called past the EVP layer: the provider's own functions, by
/// OSSL_PROVIDER_query_operation (OpenSSL 3 manual, provider-base(7) and provider-cipher(7)). EVP looks the nonce's
/// length up by name for every message, which costs a quarter of the encryption of a packet: 1,088 bytes with
/// AES-128-GCM take 586 ns by EVP and 454 ns so (docs/benchmarks.md). Immutable.
/// </summary>
internal sealed unsafe class AeadImplementation
{
    public static readonly AeadImplementation Aes128Gcm = new("AES-128-GCM");
    public static readonly AeadImplementation Aes256Gcm = new("AES-256-GCM");

    // OSSL_OP_CIPHER and OSSL_FUNC_CIPHER_* of openssl/core_dispatch.h.
    private const int OperationCipher = 2;
    private const int FunctionNewContext = 1;
    private const int FunctionEncryptInit = 2;
    private const int FunctionDecryptInit = 3;
    private const int FunctionUpdate = 4;
    private const int FunctionFinal = 5;
    private const int FunctionFreeContext = 7;
    private const int FunctionGetContextParameters = 10;
    private const int FunctionSetContextParameters = 11;

    // Nothing may follow it in its page: strcmp takes a detour where one of its strings might leave its page within 128
    // bytes, and OpenSSL compares this one with seven names for a tag.
    private const int TagNameAlignment = 4096;

    private readonly void* _providerContext;
    private readonly byte* _tagName;

    private AeadImplementation(string name)
    {
        // Neither the cipher nor what the query gave is handed back: the functions are used as long as we run.
        nint cipher = LibCrypto.Check(LibCrypto.EVP_CIPHER_fetch(0, name, 0));
        nint provider = LibCrypto.Check(LibCrypto.EVP_CIPHER_get0_provider(cipher));
        _providerContext = LibCrypto.OSSL_PROVIDER_get0_provider_ctx(provider);
        int noCache;
        var entry = (Dispatch*)Find(LibCrypto.OSSL_PROVIDER_query_operation(provider, OperationCipher, &noCache), name);
        NewContext = (delegate* unmanaged<void*, nint>)Find(entry, FunctionNewContext);
        FreeContext = (delegate* unmanaged<nint, void>)Find(entry, FunctionFreeContext);
        EncryptInit = (delegate* unmanaged[SuppressGCTransition]<
            nint, byte*, nuint, byte*, nuint, OsslParam*, int>)Find(entry, FunctionEncryptInit);
        DecryptInit = (delegate* unmanaged[SuppressGCTransition]<
            nint, byte*, nuint, byte*, nuint, OsslParam*, int>)Find(entry, FunctionDecryptInit);
        Update = (delegate* unmanaged[SuppressGCTransition]<
            nint, byte*, nuint*, nuint, byte*, nuint, int>)Find(entry, FunctionUpdate);
        Final = (delegate* unmanaged[SuppressGCTransition]<
            nint, byte*, nuint*, nuint, int>)Find(entry, FunctionFinal);
        GetContextParameters = (delegate* unmanaged[SuppressGCTransition]<
            nint, OsslParam*, int>)Find(entry, FunctionGetContextParameters);
        SetContextParameters = (delegate* unmanaged[SuppressGCTransition]<
            nint, OsslParam*, int>)Find(entry, FunctionSetContextParameters);
        ReadOnlySpan<byte> tagName = "tag\0"u8;
        _tagName = (byte*)NativeMemory.AlignedAlloc((nuint)tagName.Length, TagNameAlignment);
        tagName.CopyTo(new Span<byte>(_tagName, tagName.Length));
    }

    /// <summary>Frees a context.</summary>
    public delegate* unmanaged<nint, void> FreeContext { get; }

    /// <summary>(context, key or null, its length, nonce or null, its length, no parameters): 1 on success.</summary>
    public delegate* unmanaged[SuppressGCTransition]<nint, byte*, nuint, byte*, nuint, OsslParam*, int> EncryptInit
    {
        get;
    }

    /// <summary>The same for decryption.</summary>
    public delegate* unmanaged[SuppressGCTransition]<nint, byte*, nuint, byte*, nuint, OsslParam*, int> DecryptInit
    {
        get;
    }

    /// <summary>(context, parameters up to one without key): 1 on success.</summary>
    private delegate* unmanaged[SuppressGCTransition]<nint, OsslParam*, int> GetContextParameters { get; }

    /// <summary>(context, parameters up to one without key): 1 on success.</summary>
    private delegate* unmanaged[SuppressGCTransition]<nint, OsslParam*, int> SetContextParameters { get; }

    /// <summary>
    /// (context, output or null for authenticated data, bytes written, room, input, its length): 1 on success.
    /// </summary>
    private delegate* unmanaged[SuppressGCTransition]<nint, byte*, nuint*, nuint, byte*, nuint, int> Update { get; }

    /// <summary>(context, output, bytes written, room): 1 on success, 0 as well where the tag does not fit.</summary>
    private delegate* unmanaged[SuppressGCTransition]<nint, byte*, nuint*, nuint, int> Final { get; }

    private delegate* unmanaged<void*, nint> NewContext { get; }

    /// <summary>AES-GCM for a key of that many bytes.</summary>
    /// <exception cref="ArgumentException">Neither 16 nor 32.</exception>
    public static AeadImplementation AesGcm(int keyLength) => keyLength switch
    {
        16 => Aes128Gcm,
        32 => Aes256Gcm,
        _ => throw new ArgumentException("an AES-GCM key has 16 or 32 bytes", nameof(keyLength)),
    };

    /// <summary>
    /// The next part of a message into <paramref name="output"/>, or of its authenticated data where that is null.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Process(nint context, byte* output, byte* input, int length)
    {
        if (length == 0)
            return;

        nuint written;
        LibCrypto.Check(Update(context, output, &written, (nuint)length, input, (nuint)length));
    }

    /// <summary>Ends the encryption of a message and writes its tag (16 bytes).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SkipLocalsInit]
    public void FinishWithTag(nint context, byte* tag)
    {
        // GCM has nothing left to write at the end; if it had, the tag would follow over it.
        nuint written;
        LibCrypto.Check(Final(context, tag, &written, AesGcmEncryptor.TagLength));
        Unsafe.SkipInit(out TagParameter parameter);
        parameter.Set(_tagName, tag);
        LibCrypto.Check(GetContextParameters(context, (OsslParam*)&parameter));
    }

    /// <summary>Ends the decryption of a message; false when the tag (16 bytes) does not fit it.</summary>
    [SkipLocalsInit]
    public bool TryFinish(nint context, byte* tag)
    {
        nuint written;
        UInt128 nothing;
        Unsafe.SkipInit(out TagParameter parameter);
        parameter.Set(_tagName, tag);
        LibCrypto.Check(SetContextParameters(context, (OsslParam*)&parameter));
        return Final(context, (byte*)&nothing, &written, AesGcmEncryptor.TagLength) > 0;
    }

    /// <summary>A context without key.</summary>
    public AeadContextHandle CreateContext() => new(this, NewContext(_providerContext));

    /// <summary>The implementation of an algorithm in a provider's list; names are separated by colons.</summary>
    private static void* Find(Algorithm* algorithm, string name)
    {
        for (; algorithm != null && algorithm->Names != null; algorithm++)
        {
            string names = Marshal.PtrToStringUTF8((nint)algorithm->Names)!;
            if (Array.Exists(names.Split(':'), listed => listed.Equals(name, StringComparison.OrdinalIgnoreCase)))
                return algorithm->Implementation;
        }

        throw new InvalidOperationException($"OpenSSL's provider does not list {name}");
    }

    private static void* Find(Dispatch* entry, int function)
    {
        for (; entry->Id != 0; entry++)
        {
            if (entry->Id == function)
                return entry->Function;
        }

        throw new InvalidOperationException($"OpenSSL's provider has no function {function} for a cipher");
    }

    /// <summary>OSSL_ALGORITHM of openssl/core.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Algorithm
    {
        public byte* Names;
        public byte* Properties;
        public void* Implementation;
        public byte* Description;
    }

    /// <summary>OSSL_DISPATCH of openssl/core.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Dispatch
    {
        public int Id;
        public void* Function;
    }

    /// <summary>The list of one parameter, "tag" (OSSL_CIPHER_PARAM_AEAD_TAG), and its end.</summary>
    private struct TagParameter
    {
        private OsslParam _tag;
        private OsslParam _end;

        public void Set(byte* name, byte* tag)
        {
            _tag.Key = name;
            _tag.DataType = OsslParam.OctetString;
            _tag.Data = tag;
            _tag.DataSize = AesGcmEncryptor.TagLength;
            _tag.ReturnSize = 0;
            _end.Key = null;
        }
    }
}
