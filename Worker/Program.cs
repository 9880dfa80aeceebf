using Channel.Wire;
using Microsoft.Win32.SafeHandles;
using Worker;

const int InputFd = 3;
const int OutputFd = 4;
const int NoVersionExitCode = 41;
const int WrongSettingsExitCode = 42;

string? version = Environment.GetEnvironmentVariable("MEDIASOUP_VERSION");
if (version is null)
{
    Console.Error.WriteLine("MEDIASOUP_VERSION is not set: this program is started by the mediasoup Node library");
    return NoVersionExitCode;
}

if (!WireLayout.TryResolve(version, out WireLayout? layout, out string? reason))
{
    Console.Error.WriteLine(reason);
    return WrongSettingsExitCode;
}

try
{
    using WorkerProcess worker = new(
        Settings.Parse(args),
        layout,
        new SafePipeHandle(InputFd, ownsHandle: true),
        new SafePipeHandle(OutputFd, ownsHandle: true));
    using Signals signals = new(worker.Terminate);
    worker.Run();
    return 0;
}
catch (SettingsException exception)
{
    Console.Error.WriteLine($"settings error: {exception.Message}");
    return WrongSettingsExitCode;
}
