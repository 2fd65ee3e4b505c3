# Homebrew's formula: put it into a tap, a repository whose name begins with homebrew-. ./build.sh --target=Tool replaces the words between @.
class S3auth < Formula
  desc "Upload and download files of a Bittensor subnet through an S3Auth server"
  version "@VERSION@"
  license "MIT"

  on_macos do
    on_arm do
      url "@URL@/s3auth-@VERSION@-osx-arm64"
      sha256 "@osx-arm64@"
    end
    on_intel do
      url "@URL@/s3auth-@VERSION@-osx-x64"
      sha256 "@osx-x64@"
    end
  end

  on_linux do
    depends_on "openssl@3"
    on_arm do
      url "@URL@/s3auth-@VERSION@-linux-arm64"
      sha256 "@linux-arm64@"
    end
    on_intel do
      url "@URL@/s3auth-@VERSION@-linux-x64"
      sha256 "@linux-x64@"
    end
  end

  def install
    bin.install Dir["s3auth-*"].first => "s3auth"
    generate_completions_from_executable(bin/"s3auth", "completion")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/s3auth --version")
  end
end
