namespace S3Auth.Infrastructure.Tests.Storage;

public sealed class UploadChoiceTests
{
    private static readonly FormFinding NoForms = new(false, "No forms.");
    private static readonly FormFinding DeniedForms = new(null, "Forms are denied.");
    private static readonly PutFinding Safe = new(PutUploads.Safe);
    private static readonly PutFinding SafeWithoutSizes = new(PutUploads.Safe, EnforcesSizes: false, Problem: "No sizes.");
    private static readonly PutFinding Unsafe = new(PutUploads.Unsafe, Problem: "Unsafe.");

    private static IEnumerable<TestCaseData> Choices()
    {
        const UploadMethod Post = UploadMethod.Post;
        const UploadMethod Put = UploadMethod.Put;

        yield return new(null, FormFinding.NoAnswer, PutFinding.NotAsked, Post, null, null);
        yield return new(null, FormFinding.Supported, Unsafe, Post, null, null);
        yield return new(null, NoForms, Safe, Put, null, null);
        yield return new(null, NoForms, SafeWithoutSizes, Put, null, "No sizes.");
        yield return new(null, NoForms, Unsafe, Put, null, "Unsafe. The store does not support upload forms, so clients cannot upload*");
        yield return new(null, DeniedForms, Unsafe, Post, "Forms are denied.", null);
        yield return new(Post, FormFinding.Supported, Unsafe, Post, null, null);
        yield return new(Post, NoForms, Safe, Post, "No forms. Set UPLOAD_METHOD=auto: *", null);
        yield return new(Post, NoForms, PutFinding.NotAsked, Post, "No forms. Set UPLOAD_METHOD=auto: *", null);
        yield return new(Post, NoForms, Unsafe, Post, "No forms. Uploads by PUT are not safe at this store either: *", null);
        yield return new(Post, DeniedForms, Safe, Post, "Forms are denied.", null);
        yield return new(Put, FormFinding.Supported, Safe, Put, null, null);
        yield return new(Put, FormFinding.Supported, SafeWithoutSizes, Put, null, "No sizes.");
        yield return new(Put, FormFinding.Supported, Unsafe, Put, null, "Unsafe. The store supports upload forms: set UPLOAD_METHOD=auto.");
        yield return new(Put, FormFinding.NoAnswer, Unsafe, Put, null, "Unsafe.");
        yield return new(Put, NoForms, Unsafe, Put, null, "Unsafe. The store does not support upload forms, so clients cannot upload*");
    }

    [TestCaseSource(nameof(Choices))]
    public void Method_is_the_configured_one_or_fits_the_store_and_its_problem_has_advice(
        UploadMethod? configured, object forms, object puts, UploadMethod method, string? formProblem, string? putProblem)
    {
        var choice = UploadChoice.Make(configured, (FormFinding)forms, (PutFinding)puts);

        Assert.That(choice.Method, Is.EqualTo(method));
        Assert.That(choice.FormProblem, Matches(formProblem));
        Assert.That(choice.PutProblem, Matches(putProblem));
    }

    // A star stands for the rest of the text.
    private static NUnit.Framework.Constraints.Constraint Matches(string? expected) =>
        expected?.EndsWith('*') == true ? Does.StartWith(expected.TrimEnd('*')) : Is.EqualTo(expected);
}
