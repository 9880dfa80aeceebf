using Rtc.Dtls;
using Rtc.Seams;

namespace Worker;

/// <summary>
/// Who the worker is to its DTLS peers: a certificate, and what all sessions share. Read at start where the settings
/// name files, so that wrong ones end the process; made when the first transport asks for it otherwise, because
/// OpenSSL and a new key are a fifth of a start, and not every worker has such transports.
/// </summary>
internal sealed class DtlsIdentity : IDisposable
{
    private readonly IRandomSource _random;
    private DtlsCertificate? _certificate;
    private DtlsContext? _context;

    /// <exception cref="SettingsException">A file cannot be read, or is no certificate or key.</exception>
    public DtlsIdentity(Settings settings, IRandomSource random)
    {
        _random = random;
        if (settings.DtlsCertificateFile.Length > 0)
            _certificate = Load(settings.DtlsCertificateFile, settings.DtlsPrivateKeyFile);
    }

    /// <summary>The worker's certificate.</summary>
    public DtlsCertificate Certificate => _certificate ??= DtlsCertificate.Generate(_random);

    /// <summary>What all sessions share.</summary>
    public DtlsContext Context => _context ??= new DtlsContext(Certificate);

    /// <inheritdoc/>
    public void Dispose()
    {
        _context?.Dispose();
        _certificate?.Dispose();
    }

    private static DtlsCertificate Load(string certificateFile, string privateKeyFile) =>
        DtlsCertificate.TryFromPem(
            Read(certificateFile), Read(privateKeyFile), out DtlsCertificate? certificate, out string? error)
            ? certificate
            : throw new SettingsException($"'{certificateFile}' and '{privateKeyFile}': {error}");

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"cannot read '{path}': {exception.Message}");
        }
    }
}
