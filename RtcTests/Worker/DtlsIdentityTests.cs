using Rtc.Dtls;
using Worker;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests;

public sealed class DtlsIdentityTests : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("dtls-identity").FullName;

    public void Dispose()
    {
        _loop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Without_files_it_makes_one_certificate_when_it_is_asked_for()
    {
        using DtlsIdentity identity = new(new Settings(), _loop.Input);
        DtlsCertificate certificate = identity.Certificate;
        Assert.Same(certificate, identity.Certificate);
        Assert.Same(certificate, identity.Context.Certificate);
        Assert.Same(identity.Context, identity.Context);
    }

    [Fact]
    public void Files_that_hold_no_certificate_are_refused_at_once_and_named()
    {
        string path = Path.Combine(_folder, "wrong.pem");
        File.WriteAllText(path, "no certificate");
        Settings settings = new() { DtlsCertificateFile = path, DtlsPrivateKeyFile = path };
        SettingsException refusal = Assert.Throws<SettingsException>(() => new DtlsIdentity(settings, _loop.Input));
        Assert.Contains("wrong.pem", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_gone_is_refused_at_once_and_named()
    {
        Settings settings = new()
        {
            DtlsCertificateFile = Path.Combine(_folder, "gone.pem"),
            DtlsPrivateKeyFile = Path.Combine(_folder, "gone.pem"),
        };
        SettingsException refusal = Assert.Throws<SettingsException>(() => new DtlsIdentity(settings, _loop.Input));
        Assert.Contains("gone.pem", refusal.Message, StringComparison.Ordinal);
    }
}
