using System.Text.Json;
using System.Text.Json.Serialization;

namespace S3Auth.Cli.Output;

/// <summary>
/// How each result of <c>--json</c> is written, generated at compile time, because a trimmed program cannot use reflection. A new
/// record needs one line here. Its name must be unique.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CheckRun.StepRecord))]
[JsonSerializable(typeof(AwsConfigureRun.AwsProfileRecord))]
[JsonSerializable(typeof(CredentialsCommand.CredentialsRecord))]
[JsonSerializable(typeof(KeysRun.KeyRecord))]
[JsonSerializable(typeof(ListRun.ListedRecord))]
[JsonSerializable(typeof(ListRun.ListedFolderRecord))]
[JsonSerializable(typeof(ListRun.ListSummaryRecord))]
[JsonSerializable(typeof(MinersCommand.MinerRecord))]
[JsonSerializable(typeof(PlannedRecord))]
[JsonSerializable(typeof(ProfileRecord))]
[JsonSerializable(typeof(Report.ErrorRecord))]
[JsonSerializable(typeof(ServiceRecord))]
[JsonSerializable(typeof(SignCommand.SignedRecord))]
[JsonSerializable(typeof(StatCommand.StatRecord))]
[JsonSerializable(typeof(TransferResult.FileRecord))]
[JsonSerializable(typeof(TransferResult.ListRecord))]
[JsonSerializable(typeof(TransferResult.SummaryRecord))]
[JsonSerializable(typeof(FolderSizeRun.FolderSizeRecord))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ToolJson : JsonSerializerContext;
