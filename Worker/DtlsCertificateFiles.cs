using Rtc.Dtls;
using Rtc.Seams;

namespace Worker;

/// <summary>Where the worker's certificate comes from.</summary>
internal static class DtlsCertificateFiles
{
    /// <summary>The certificate that the settings name, or a new one when they name none.</summary>
    /// <exception cref="SettingsException">A file cannot be read, or is no certificate or key.</exception>
    public static DtlsCertificate Load(Settings settings, IRandomSource random)
    {
        if (settings.DtlsCertificateFile.Length == 0)
            return DtlsCertificate.Generate(random);

        string certificatePem = Read(settings.DtlsCertificateFile);
        string privateKeyPem = Read(settings.DtlsPrivateKeyFile);
        return DtlsCertificate.TryFromPem(
            certificatePem, privateKeyPem, out DtlsCertificate? certificate, out string? error)
            ? certificate
            : throw new SettingsException(
                $"'{settings.DtlsCertificateFile}' and '{settings.DtlsPrivateKeyFile}': {error}");
    }

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
