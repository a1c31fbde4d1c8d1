"use strict";

const form = document.getElementById("sign-in");
const answer = document.getElementById("answer");

document.getElementById("ended").hidden = location.search !== "?ended";

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  const field = document.getElementById("password");
  button.disabled = true;
  answer.textContent = "";
  try {
    const response = await fetch("sign-in", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ password: field.value }),
    });
    if (response.ok) {
      location.replace("/");
      return;
    }
    answer.textContent = (await response.json()).reason;
  } catch {
    answer.textContent = "The page does not answer: is the tunnel still open?";
  }
  button.disabled = false;
  field.select();
  field.focus();
});
