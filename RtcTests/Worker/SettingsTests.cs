using Worker;
using Worker.Logging;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests;

public class SettingsTests
{
    [Fact]
    public void Nothing_given_is_the_defaults()
    {
        Settings settings = Settings.Parse([]);
        Assert.Equal(WorkerLogLevel.Error, settings.LogLevel);
        Assert.Equal(LogTags.None, settings.LogTags);
        Assert.Equal(new PortRange(10_000, 59_999), settings.RtcPorts);
        Assert.Equal("", settings.DtlsCertificateFile);
        Assert.Equal("", settings.DtlsPrivateKeyFile);
    }

    [Fact]
    public void What_only_older_releases_set_means_nothing() =>
        Assert.Equal(new Settings(), Settings.Parse(["--disableLiburing=true", "--useBuiltInSctpStack=false"]));

    [Theory]
    [InlineData("--logLevel=debug", WorkerLogLevel.Debug)]
    [InlineData("-logLevel=WARN", WorkerLogLevel.Warn)]
    [InlineData("--logL=Error", WorkerLogLevel.Error)]
    [InlineData("-logL=none", WorkerLogLevel.None)]
    public void The_log_level_is_read_in_any_case(string argument, WorkerLogLevel level) =>
        Assert.Equal(level, Settings.Parse([argument]).LogLevel);

    [Fact]
    public void Log_tags_add_up_and_unknown_ones_mean_nothing()
    {
        Settings settings = Settings.Parse(
            ["--logTag=ice", "--logTags=dtls", "--logT=rubbish", "-logTag=message", "--logTag=ICE"]);
        Assert.Equal(LogTags.Ice | LogTags.Dtls | LogTags.Message, settings.LogTags);
    }

    [Theory]
    [InlineData("--rtcMinPort=2000", "--rtcMaxPort=3000", 2000, 3000)]
    [InlineData("-rtcMi=2000", "-rtcMa=3000", 2000, 3000)]
    [InlineData("--rtcMinPort= \t20", "--rtcMaxPort=+30abc", 20, 30)]
    [InlineData("--rtcMinPort=65536", "--rtcMaxPort=65537", 0, 1)]
    [InlineData("--rtcMinPort=-65535", "--rtcMaxPort=-1", 1, 65535)]
    [InlineData("--rtcMinPort=0", "--rtcMaxPort=2147483647", 0, 65535)]
    [InlineData("--rtcMinPort=0", "--rtcMaxPort=12.9", 0, 12)]
    public void Ports_are_read_as_c_does(string min, string max, int expectedMin, int expectedMax) =>
        Assert.Equal(
            new PortRange((ushort)expectedMin, (ushort)expectedMax), Settings.Parse([min, max]).RtcPorts);

    [Theory]
    [InlineData("--rtcMinPort=")]
    [InlineData("--rtcMinPort=abc")]
    [InlineData("--rtcMinPort=-")]
    [InlineData("--rtcMinPort=+-5")]
    [InlineData("--rtcMinPort=2147483648")]
    [InlineData("--rtcMaxPort=-2147483649")]
    [InlineData("--rtcMaxPort=99999999999999999999999")]
    [InlineData("--rtcMaxPort=9999")]
    [InlineData("--rtcMinPort=60000")]
    [InlineData("--logLevel=")]
    [InlineData("--logLevel=info")]
    [InlineData("--logLevel")]
    [InlineData("-logLevel")]
    [InlineData("--log=debug")]
    [InlineData("--rtcM=5")]
    [InlineData("--dtls=x")]
    [InlineData("-l=x")]
    [InlineData("--=x")]
    [InlineData("--logLevels=debug")]
    [InlineData("--unknown=1")]
    [InlineData("-x")]
    [InlineData("--dtlsCertificateFile=/etc/hostname")]
    [InlineData("--dtlsPrivateKeyFile=/etc/hostname")]
    public void Wrong_settings_are_refused(string argument) =>
        Assert.NotEmpty(Assert.Throws<SettingsException>(() => Settings.Parse([argument])).Message);

    [Fact]
    public void A_port_over_16_bits_is_cut_off_and_then_below_the_other() =>
        Assert.Throws<SettingsException>(() => Settings.Parse(["--rtcMinPort=1000", "--rtcMaxPort=65536"]));

    [Fact]
    public void What_is_no_option_is_passed_over_and_two_dashes_end_the_options()
    {
        Settings settings = Settings.Parse(["debug", "-", "", "--logLevel=warn", "--", "--logLevel=rubbish"]);
        Assert.Equal(WorkerLogLevel.Warn, settings.LogLevel);
    }

    [Fact]
    public void Field_trials_are_accepted() =>
        Assert.Equal("a/b=c/", Settings.Parse(["--libwebrtcFieldTrials=a/b=c/"]).LibwebrtcFieldTrials);

    [Fact]
    public void Certificate_and_key_must_be_regular_files_that_can_be_read()
    {
        string file = Path.GetTempFileName();
        try
        {
            Settings settings = Settings.Parse([$"--dtlsCertificateFile={file}", $"--dtlsPrivateKeyFile={file}"]);
            Assert.Equal(file, settings.DtlsCertificateFile);
            Assert.Equal(file, settings.DtlsPrivateKeyFile);
            foreach (string bad in new[] { file + ".missing", Path.GetTempPath(), "/dev/null" })
            {
                Assert.Throws<SettingsException>(
                    () => Settings.Parse([$"--dtlsCertificateFile={bad}", $"--dtlsPrivateKeyFile={file}"]));
                Assert.Throws<SettingsException>(
                    () => Settings.Parse([$"--dtlsCertificateFile={file}", $"--dtlsPrivateKeyFile={bad}"]));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }
}
